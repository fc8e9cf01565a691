"""The environment of the service: one message names all that is missing or weak in it, in words staff understand."""

from pathlib import Path

import pytest

from config.settings import SOCKET_PATH_LIMIT, BadSettings, Settings, read
from ivr.carrier.twilio.settings import Account
from ivr.supervisor.procfile import environment
from ivr.wiring.carriers import SETTINGS

SECRET = "0123456789abcdef" * 4
TOKEN = "fedcba9876543210" * 2
GOOD = {"PUBLIC_BASE_URL": "https://line.example", "SECRET_KEY": SECRET, "TWILIO_AUTH_TOKEN": TOKEN}
"""The environment variables that a service in production needs, all of them valid."""


def settings(**more: str) -> Settings:
    return read({**GOOD, **more}, env_file=None, carriers=SETTINGS)


def refusal(**environ: str) -> str:
    """Return the message with which the settings refuse these environment variables at the start."""
    with pytest.raises(BadSettings) as refused:
        read(environ, env_file=None, carriers=SETTINGS)
    return str(refused.value)


def test_the_environment_comes_before_the_file_in_any_case_of_letters(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ENV=development\nport=9001\nenv=development\n")
    found = read({**GOOD, "ENV": "production", "PORT": "9000"}, file, carriers=SETTINGS)
    assert (found.env, found.port) == ("production", 9000)


def test_an_unset_env_means_production() -> None:
    assert settings().production
    assert settings(ENV="").production
    assert settings(ENV="production").production
    assert not settings(ENV="development").production


def test_an_empty_environment_is_told_everything_that_is_missing_at_once() -> None:
    said = refusal()
    for name in ("PUBLIC_BASE_URL", "SECRET_KEY", "TWILIO_AUTH_TOKEN"):
        assert f"  {name} is missing; " in said
    assert len(said.splitlines()) == 4


@pytest.mark.parametrize(
    "address",
    [
        "redis://:hunter22@127.0.0.1:port/0",
        "redis://:hunter/22@127.0.0.1/0",
        "redis://127.0.0.1/zero",
        "redis://127.0.0.1/²",
        "redis://127.0.0.1/0?db=hunter22",
        "unix:///run/redis.sock?db=hunter22",
        "redis://[::1/0",
    ],
)
def test_a_redis_address_that_cannot_be_read_is_named_without_its_password(address: str) -> None:
    said = refusal(**GOOD, REDIS_URL=address)
    assert "  REDIS_URL: expected redis://HOST:PORT/0" in said
    assert "hunter" not in said


WEAK = {
    "ENV": ("Production", "ENV: Input should be 'development' or 'production'"),
    "PORT": ("0", "PORT: Input should be greater than or equal to 1"),
    "PUBLIC_BASE_URL": (
        "http://line.example",
        "PUBLIC_BASE_URL: expected https://HOST, with no path, query or password",
    ),
    "SECRET_KEY": ("hunter2", "SECRET_KEY is weak; expected at least 32 random characters"),
    "TWILIO_AUTH_TOKEN": ("swordfish", "TWILIO_AUTH_TOKEN is weak; expected the carrier's token, 32 characters"),
    "DATABASE_URL": ("mysql://joshua@localhost/x", "DATABASE_URL: expected sqlite:///FILE or postgresql://"),
    "REDIS_URL": ("http://localhost", "REDIS_URL: expected redis://HOST:PORT/0"),
    "TEXT_CONFIRMATIONS": ("perhaps", "TEXT_CONFIRMATIONS: Input should be a valid boolean"),
}


@pytest.mark.parametrize("name", WEAK)
def test_a_weak_value_is_named_with_what_was_expected(name: str) -> None:
    said = refusal(**{**GOOD, name: WEAK[name][0]})
    assert f"\n  {WEAK[name][1]}" in said
    assert len(said.splitlines()) == 2


def test_everything_that_is_weak_is_named_in_one_message() -> None:
    said = refusal(**{name: value for name, (value, _) in WEAK.items()})
    assert all(f"\n  {complaint}" in said for _, complaint in WEAK.values())
    assert len(said.splitlines()) == 1 + len(WEAK)


def test_a_refusal_shows_none_of_the_secrets() -> None:
    said = refusal(**{name: value for name, (value, _) in WEAK.items()})
    assert not any(secret in said for secret in ("hunter2", "swordfish", "joshua"))


@pytest.mark.parametrize("secret", ["a" * 64, "ab" * 32, SECRET[:31]])
def test_a_secret_that_could_be_guessed_is_weak(secret: str) -> None:
    assert "SECRET_KEY is weak" in refusal(**{**GOOD, "SECRET_KEY": secret})


def test_development_too_needs_its_secrets() -> None:
    said = refusal(ENV="development")
    assert "SECRET_KEY is missing" in said
    assert "PUBLIC_BASE_URL" not in said


@pytest.mark.parametrize("more", [{}, {"TWILIO_ACCOUNT_SID": "AC1"}, {"TWILIO_TEXT_FROM": "+14155552671"}])
def test_texts_to_callers_need_an_account_and_a_sender(more: dict[str, str]) -> None:
    said = refusal(**GOOD, TEXT_CONFIRMATIONS="true", **more)
    for name in {"TWILIO_ACCOUNT_SID", "TWILIO_TEXT_FROM"} - more.keys():
        assert f"{name} is missing; TEXT_CONFIRMATIONS needs it" in said


def test_texts_without_a_sender_are_named_beside_everything_else_that_is_wrong() -> None:
    said = refusal(TEXT_CONFIRMATIONS="true", SECRET_KEY=SECRET)
    assert "PUBLIC_BASE_URL is missing" in said
    assert "TWILIO_AUTH_TOKEN is missing" in said
    assert "TWILIO_TEXT_FROM is missing" in said


# -- where values come from


def test_the_environment_beats_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    lines = [f"{name}={value}" for name, value in GOOD.items()]
    env_file.write_text("\n".join([*lines, "ENV=development", "PORT=8001", "TWILIO_ACCOUNT_SID=AC1"]))
    found = read({"PORT": "8002", "TWILIO_ACCOUNT_SID": ""}, env_file, carriers=SETTINGS)
    assert (found.env, found.port, found.secret_key) == ("development", 8002, SECRET)
    assert found.carrier["TWILIO_ACCOUNT_SID"] == "AC1", "an empty variable says nothing"


def test_an_env_file_that_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    assert read(GOOD, tmp_path / ".env", carriers=SETTINGS).secret_key == SECRET


# -- the address that the carrier calls


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "5077"}, "http://127.0.0.1:5077"),
        ({"PORT": "5077", "PUBLIC_BASE_URL": "http://tunnel.example/"}, "http://tunnel.example"),
    ],
)
def test_in_development_the_address_follows_the_port_unless_it_is_given(more: dict[str, str], url: str) -> None:
    environ = {"ENV": "development", "SECRET_KEY": SECRET, "TWILIO_AUTH_TOKEN": TOKEN, **more}
    assert read(environ, env_file=None, carriers=SETTINGS).public_base_url == url


def test_a_trailing_slash_of_the_address_is_dropped() -> None:
    assert settings(PUBLIC_BASE_URL="https://line.example/").public_base_url == "https://line.example"


@pytest.mark.parametrize(
    "url",
    [
        *("http://line.example", "line.example", "https://", "https://line.example/?a=1", "https://line.example/#a"),
        *("https://line.example/clinic", "https://line.example/clinic/", "https://line.example?", "https://:443"),
        *("https://user:password@line.example", "https://line.example:0", "https://line.example:99999"),
        *("https://line.example org", "https://लाइन.example"),
    ],
)
def test_production_needs_an_https_address_of_a_host_of_its_own(url: str) -> None:
    assert "PUBLIC_BASE_URL: expected https://HOST" in refusal(**{**GOOD, "PUBLIC_BASE_URL": url})


@pytest.mark.parametrize("url", ["https://line.example:8443", "https://[2001:db8::1]", "https://xn--line-1na.example"])
def test_the_address_may_name_a_port(url: str) -> None:
    assert settings(PUBLIC_BASE_URL=url).public_base_url == url


@pytest.mark.parametrize("url", ["http://tunnel.example/clinic", "ftp://tunnel.example", "http://u:p@tunnel.example"])
def test_development_too_has_a_host_of_its_own(url: str) -> None:
    assert "with no path, query or password" in refusal(**{**GOOD, "ENV": "development", "PUBLIC_BASE_URL": url})


def test_an_address_that_is_no_url_is_named_like_any_other_mistake() -> None:
    assert "PUBLIC_BASE_URL" in refusal(**{**GOOD, "PUBLIC_BASE_URL": "https://[line.example"})


# -- where the carrier is, and where it turns to when we fail


def test_a_fallback_may_be_hosted_elsewhere() -> None:
    static = "https://static.example/fallback.xml?v=1"
    assert settings(FALLBACK_URL=static).fallback_url == static


@pytest.mark.parametrize(
    "url", ["http://static.example/x", "static.example", "https://", "https://[x", "https://u:p@x"]
)
def test_a_fallback_that_the_carrier_could_not_ask_is_refused(url: str) -> None:
    assert "FALLBACK_URL: expected https://HOST" in refusal(**{**GOOD, "FALLBACK_URL": url})


def test_a_stand_in_for_the_carriers_api_may_be_without_https_but_is_an_address() -> None:
    assert settings().carrier["TWILIO_API_URL"] == ""
    found = settings(TWILIO_API_URL="http://127.0.0.1:4020/")
    assert found.carrier["TWILIO_API_URL"] == "http://127.0.0.1:4020"
    assert "TWILIO_API_URL: expected https://HOST" in refusal(**{**GOOD, "TWILIO_API_URL": "127.0.0.1:4020"})


# -- the stores


@pytest.mark.parametrize(
    ("url", "understood"),
    [
        ("postgres://u:p@db.example/line", "postgresql+psycopg://u:p@db.example/line"),
        ("postgresql://u:p@db.example/line", "postgresql+psycopg://u:p@db.example/line"),
        ("postgresql+psycopg://u:p@db.example/line", "postgresql+psycopg://u:p@db.example/line"),
        ("postgres://postgres:postgres@postgres/postgres", "postgresql+psycopg://postgres:postgres@postgres/postgres"),
        ("sqlite:////tmp/clinic.db", "sqlite:////tmp/clinic.db"),
    ],
)
def test_a_database_is_understood_by_its_usual_names(url: str, understood: str) -> None:
    assert settings(DATABASE_URL=url).database_url == understood


@pytest.mark.parametrize("url", ["sqlite", "postgres", "postgresql:line", "clinic.db"])
def test_a_database_that_is_no_url_is_refused(url: str) -> None:
    assert "DATABASE_URL: expected" in refusal(**{**GOOD, "DATABASE_URL": url})


def test_without_stores_of_its_own_the_line_keeps_them_in_its_state_folder(tmp_path: Path) -> None:
    found = settings(STATE_DIR=str(tmp_path))
    assert found.database_url == f"sqlite:///{tmp_path}/clinic.db"
    assert found.redis_url == f"unix://{found.redis_socket}"
    assert found.embedded_redis
    assert not settings(REDIS_URL="redis://localhost:6379/0").embedded_redis


def test_a_state_folder_relative_to_here_is_made_absolute() -> None:
    assert settings(STATE_DIR="var").state_dir == Path.cwd() / "var"


@pytest.mark.parametrize("deep", ["/srv/" + "line/" * 20, "/srv/" + "गहरा" * 8])
def test_a_deep_state_folder_gets_a_short_socket_path_of_its_own(deep: str) -> None:
    """The Redis socket of a deep STATE_DIR lies elsewhere, since the kernel limits a path's bytes.

    A Hindi letter takes three bytes.
    """
    socket = settings(STATE_DIR=deep).redis_socket
    assert len(bytes(socket)) <= SOCKET_PATH_LIMIT
    assert socket == settings(STATE_DIR=deep).redis_socket
    assert socket != settings(STATE_DIR=f"{deep}/other").redis_socket
    assert settings(STATE_DIR="/srv/line").redis_socket == Path("/srv/line/redis.sock")


# -- secrets


def test_no_secret_is_shown_with_the_settings() -> None:
    secrets = {
        "SECRET_KEY": SECRET,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_AUTH_TOKEN_NEXT": TOKEN[::-1],
        "DATABASE_URL": "postgresql://u:database-password@db.example/line",
        "REDIS_URL": "redis://:redis-password@redis.example/0",
        "STAFF_NOTIFY_URLS": "tgram://telegram-token/1",
        "TWILIO_TEXT_FROM": "+14155552671",
    }
    found = settings(**secrets)
    for shown in (repr(found), str(found), f"{found}"):
        assert not any(value in shown for value in secrets.values())
        assert "password" not in shown
        assert "telegram-token" not in shown


def test_webhooks_may_be_signed_with_the_present_token_or_the_next() -> None:
    assert Account.of(settings().carrier).tokens == (TOKEN,)
    assert Account.of(settings(TWILIO_AUTH_TOKEN_NEXT=TOKEN[::-1]).carrier).tokens == (TOKEN, TOKEN[::-1])


@pytest.mark.parametrize(
    ("bind", "listens", "url"),
    [
        ("127.0.0.1", "127.0.0.1", "http://127.0.0.1:8000"),
        ("localhost", "127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "::", "http://127.0.0.1:8000"),
        ("[::]", "::", "http://127.0.0.1:8000"),
        ("::1", "::1", "http://[::1]:8000"),
        ("[::1]", "::1", "http://[::1]:8000"),
        ("192.0.2.7", "192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_every_way_to_write_an_address_to_listen_on_is_understood(bind: str, listens: str, url: str) -> None:
    found = settings(ENV="development", BIND=bind, PUBLIC_BASE_URL="")
    assert (found.bind, found.local_url, found.public_base_url) == (listens, url, url)


@pytest.mark.parametrize("bind", ["example.org", "127.0.0.1:8000", ":", "*", "[::1", "127.0.0.1]", "[127.0.0.1]"])
def test_what_is_no_address_to_listen_on_is_named(bind: str) -> None:
    assert "\n  BIND: expected an address: 127.0.0.1 or ::1, or for all" in refusal(**GOOD, BIND=bind)
    assert "BIND: expected an address" in refusal(**{**GOOD, "ENV": "development", "PUBLIC_BASE_URL": ""}, BIND=bind)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_an_env_file_saved_by_any_editor_is_read(tmp_path: Path, encoding: str, newline: str) -> None:
    """An .env file may begin with a byte order mark, as Windows' editors write; no variable's name is spoilt by it."""
    file = tmp_path / ".env"
    file.write_bytes(newline.join(f"{name}={value}" for name, value in GOOD.items()).encode(encoding))
    assert read({}, file, carriers=SETTINGS).public_base_url == "https://line.example"
    assert environment({}, file, "127.0.0.1", 8000)["PUBLIC_BASE_URL"] == "https://line.example"


def test_an_env_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("ENV=development\n".encode("utf-16"))
    with pytest.raises(BadSettings, match="is not UTF-8; expected a text saved as UTF-8"):
        read({}, file, carriers=SETTINGS)


def test_a_secret_reaches_every_process_as_it_is_written(tmp_path: Path) -> None:
    """The supervisor passes on a secret that looks like a variable, such as ${HOME}, without filling it in."""
    file = tmp_path / ".env"
    file.write_text("REDIS_URL=redis://:a${HOME}b@127.0.0.1/0\n")
    assert environment({"HOME": "/root"}, file, "127.0.0.1", 8000)["REDIS_URL"] == "redis://:a${HOME}b@127.0.0.1/0"
