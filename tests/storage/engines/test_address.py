"""DATABASE_URL: read as PostgreSQL's own library reads it, or refused with a message that hides the password."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.settings import ROOT, BadSettings, read
from ivr.storage.engines.address import database_address, libpq_words, place, server_settings, without_password
from ivr.wiring.carriers import SETTINGS
from testing.servers import PATIENCE, until
from tests.people import TOKEN

UNREADABLE = [
    "postgresql://clinic:hunter22@127.0.0.1:port/desk",
    "postgresql://clinic:hunter22@127.0.0.1:70000/desk",
    "postgresql://clinic:hunter22@one,two,three/desk?port=1,2",
    "postgresql://clinic:hunter22@/desk?host=one&host=two&port=1,2,3",
    "postgresql://clinic:hunter22@/desk?host=one&host=two&port=1&port=2",
    "postgresql://clinic:hunter@22@127.0.0.1/desk",
    "postgresql://clinic:hunter22/@@/desk",
    "postgresql://clinic:hunter%2@127.0.0.1/desk",
    "postgresql://clinic:hunter22@127.0.0.1/desk?hunter22=1",
    "postgresql://clinic:hunter22@127.0.0.1/desk?options=hunter22",
    "postgresql://clinic:hunter22@127.0.0.1/desk?options=-c%20search_path",
    "postgresql://[::1/hunter22",
    "mysql://clinic:hunter22@127.0.0.1/desk",
    "clinic:hunter22@127.0.0.1/desk",
    "sqlite:///hunter22.db?mode=ro",
    "sqlite://hunter22",
    "sqlite:///",
    "sqlite:///:memory:",
]


def setting(address: str) -> str:
    """Return the database's address as the settings read it if DATABASE_URL is `address`. Raises BadSettings."""
    given = {"ENV": "development", "SECRET_KEY": "0123456789abcdef" * 4, "TWILIO_AUTH_TOKEN": TOKEN}
    return read({**given, "DATABASE_URL": address}, env_file=None, carriers=SETTINGS).database_url


@pytest.mark.parametrize("address", UNREADABLE)
def test_an_address_that_cannot_be_read_is_one_line_without_its_password(address: str) -> None:
    with pytest.raises(BadSettings) as refused:
        setting(address)
    _, line = str(refused.value).splitlines()
    assert line.startswith("  DATABASE_URL")
    assert "expected " in line
    assert not {"hunter", "22"} & {line[at : at + size] for size in (2, 6) for at in range(len(line))}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgres://u:p@host/desk", {"host": "host", "dbname": "desk"}),
        (" postgresql://u:p@host/desk\n", {"host": "host", "dbname": "desk"}),
        ("postgresql+psycopg://u:p%40@host:1/desk", {"host": "host", "port": "1", "password": "p@"}),
        ("postgresql://u:p@one:1,two:2/desk", {"host": "one,two", "port": "1,2"}),
        ("postgresql://u:p@/desk?host=one:1&host=two", {"host": "one,two", "port": "1,5432"}),
        ("postgresql://u:p@/desk?host=one:1", {"host": "one", "port": "1"}),
        ("postgresql:///desk?host=one&host=two&port=6000", {"host": "one,two", "port": "6000,6000"}),
        ("postgresql:///desk?host=one:1&host=two:&port=6000", {"host": "one,two", "port": "1,6000"}),
        ("postgresql:///desk?host=one:1,two", {"host": "one,two", "port": "1,5432"}),
        ("postgresql:///desk?host=one,two&port=1,2", {"host": "one,two", "port": "1,2"}),
        ("postgresql:///desk?host=::1&host=two:3", {"host": "::1,two", "port": "5432,3"}),
        ("postgresql:///desk?host=[::1]:2&host=[::2]", {"host": "::1,::2", "port": "2,5432"}),
        ("postgresql:///desk?host=::1&port=2", {"host": "::1", "port": "2"}),
        ("postgresql:///desk?host=/var/run/postgresql", {"host": "/var/run/postgresql"}),
        ("postgresql://u@[::1]:1/desk", {"host": "::1", "port": "1"}),
        ("postgresql://u@host/desk?options=-c search_path=a,b", {"options": "-c search_path=a,b"}),
        ("postgresql://u@one,two/desk?target_session_attrs=read-write", {"target_session_attrs": "read-write"}),
    ],
)
def test_all_that_an_address_says_is_read(address: str, words: dict[str, str]) -> None:
    assert libpq_words(setting(address)).items() >= words.items()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", {}),
        ("-c search_path=desk", {"search_path": "desk"}),
        ("-csearch_path=desk,public --TimeZone=UTC", {"search_path": "desk,public", "TimeZone": "UTC"}),
        (r"  -c a.b=two\ words\\ -c statement-timeout=5s ", {"a.b": "two words\\", "statement_timeout": "5s"}),
    ],
)
def test_the_options_are_settings_of_the_server(options: str, found: dict[str, str]) -> None:
    assert server_settings({"options": options}) == found


@given(user=st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1), word=st.text(min_size=6))
@example(user="clinic", word="p@ss/w?rd%&=#:+ ,")
def test_a_password_comes_through_whole_and_is_shown_nowhere(user: str, word: str) -> None:
    word = f"hunter22{word.replace(chr(0), '')}"
    address = f"postgresql://{quote(user, safe='')}:{quote(word, safe='')}@one:1,two:2/desk?sslpassword={quote(word)}"
    words = libpq_words(database_address(address))
    assert (words["user"], words["password"], words["sslpassword"]) == (user, word, word)
    shown = without_password(address, "other")
    assert "hunter22" not in shown + place(address)
    assert {**words, "dbname": "other"} == {**libpq_words(shown), "password": word, "sslpassword": word}


def test_a_message_says_where_the_database_is() -> None:
    assert place("postgresql://u:p@one:1,two/desk") == "postgresql at one:1, two:5432, desk"
    assert place("postgresql:///?host=/run") == "postgresql at /run:5432, "
    assert place("sqlite:////var/clinic.db") == "sqlite, /var/clinic.db"


PROCESSES = {
    "web": ["-m", "granian", "--port", "0", "--interface", "asgi", "--factory", "asgi:create_app"],
    "worker": ["-m", "workers"],
    "clock": ["-m", "workers.clock"],
    "command": ["-m", "flask", "--app", "wsgi", "desk", "list"],
    "preflight": ["-m", "ivr.commands.preflight"],
    "supervisor": ["-m", "ivr.supervisor"],
}


END_WITH_1 = ("worker", "clock")


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_names_an_address_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    """Every process names an unreadable DATABASE_URL and a weak SECRET_KEY in one message, without the password."""
    address = "postgresql://clinic:hunter22@127.0.0.1:port/desk"
    more = {"ENV": "development", "SECRET_KEY": "short", "TWILIO_AUTH_TOKEN": TOKEN}
    said = tmp_path / "said"
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *PROCESSES[name]],
            cwd=ROOT,
            env={**os.environ, **more, "DATABASE_URL": address},
            stdout=out,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        assert until(lambda: "DATABASE_URL is no address: expected postgresql://" in said.read_text()), said.read_text()
        assert name not in END_WITH_1 or process.wait(PATIENCE) == 1
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a web server may begin its workers anew for ever
        process.wait()
    assert "SECRET_KEY is weak" in said.read_text()
    assert "hunter22" not in said.read_text()
    assert "Traceback" not in said.read_text()
