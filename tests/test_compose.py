"""The image and the Compose file agree with the product, and with the other files that people copy to a server."""

import re
import shlex
import shutil
import subprocess
from contextlib import closing
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from config.settings import ROOT, Settings
from ivr.wiring.carriers import SETTINGS
from testing.servers import reserved_port, until
from testing.servers.valkey import program
from tests.conftest import NO_COMPOSE, NO_NGINX
from tests.test_deploy import flags, of_unit, processes

OPS = ROOT / "ops"
COMPOSE = OPS / "compose" / "compose.yaml"
DOCKERFILE = (OPS / "compose" / "Dockerfile").read_text()
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
OWN = ("migrate", "web-1", "web-2", "clock-1", "clock-2", "worker-1", "worker-2")
"""The services in the Compose file that run our own image."""

UNIT_OF = {
    "web": "clinic-line-web.service",
    "worker": "clinic-line-worker@.service",
    "clock": "clinic-line-clock.service",
}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def instructions(name: str) -> list[str]:
    """Return the Dockerfile's instructions of this name, such as COPY, each with its continuation lines."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return re.findall(rf"^(?: *){name} (.*)$", joined, re.MULTILINE)


def walked(first_word: str) -> list[str]:
    """Return the commands in docs/deploy.md that begin with this word, each with its continuation lines."""
    joined = re.sub(r" *\\\n *", " ", DEPLOY)
    return re.findall(rf"^{first_word} .*$", joined, re.MULTILINE)


def address_of(service: str) -> str:
    return str(services()[service]["networks"]["inside"]["ipv4_address"])


# -- the image


def test_the_image_starts_the_web_with_the_procfiles_flags() -> None:
    (started,) = [each for each in instructions("CMD") if "granian" in each]
    assert flags(yaml.safe_load(started)[2]) == flags(processes(ROOT / "Procfile")["web"])


def test_the_image_takes_files_that_there_are_and_all_that_the_service_runs() -> None:
    taken = [word for each in instructions("COPY") if "--from" not in each for word in shlex.split(each)[:-1]]
    assert [each for each in taken if not (ROOT / each).exists()] == []
    runs = {"asgi.py", "wsgi.py", "granian.json", "granian_log.py", "config", "ivr", "workers", "requirements.txt"}
    assert set(taken) == runs
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_in == runs, "nothing else is sent to the builder"


def test_the_image_takes_only_packages_whose_hash_is_known_and_no_name_of_a_registry() -> None:
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    images = [*instructions("FROM"), *(each["image"] for each in services().values())]
    assert [each for each in images if re.match(r"[^/ ]*[.:][^/ ]*/", each)] == []


def test_the_image_runs_as_a_user_of_its_own_who_owns_only_its_state() -> None:
    assert instructions("USER") == ["clinic-line"]
    assert "install -d -o clinic-line -g clinic-line -m 0700 /var/lib/clinic-line" in DOCKERFILE
    assert "--chown" not in DOCKERFILE, "the code belongs to root"


def test_the_image_asks_whether_the_web_lives_not_whether_its_stores_do() -> None:
    assert len(re.findall(r"^HEALTHCHECK .*\\\n.*/healthz'", DOCKERFILE, re.MULTILINE)) == 1
    assert "/readyz'" not in DOCKERFILE


def test_pg_dump_of_the_image_is_as_new_as_the_server() -> None:
    (client,) = re.findall(r"postgresql-client-(\d+)", DOCKERFILE)
    assert services()["postgres"]["image"].startswith(f"postgres:{client}-")


def test_the_image_and_the_compose_file_set_variables_that_there_are() -> None:
    known = {name.upper() for name in Settings.model_fields} | {each.name for each in SETTINGS}
    set_there = set(compose()["x-service"]["environment"])
    assert set_there - known == set()
    of_image = set(re.findall(r"(\w+)=", " ".join(instructions("ENV")))) - {"PATH"}
    assert {each for each in of_image if not each.startswith("PYTHON")} <= set_there


# -- the compose file


def test_every_process_of_the_procfile_has_two_services_and_their_commands() -> None:
    ours = processes(ROOT / "Procfile")
    for number in (1, 2):
        assert "command" not in services()[f"web-{number}"], "it is the image's"
        for kind in ("worker", "clock"):
            assert shlex.join(services()[f"{kind}-{number}"]["command"]) == ours[kind]
    migrate = shlex.join(services()["migrate"]["command"])
    assert migrate.endswith(of_unit("clinic-line-migrate.service", "ExecStart").partition(" ")[2])


def test_the_services_may_do_no_more_than_they_need() -> None:
    assert {name for name, each in services().items() if each["image"] == "clinic-line"} == set(OWN)
    for name, each in services().items():
        assert each["read_only"] is True, name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert name == "nginx" or each["user"] not in ("", "root"), name
        assert "ports" not in each or name == "nginx", f"{name} is reached from outside"
        assert not any(str(volume).endswith("docker.sock") for volume in each.get("volumes", ())), name
    assert compose()["networks"]["inside"]["internal"] is True
    assert {name for name, each in services().items() if "outside" not in each["networks"]} >= {"postgres", "redis"}


def test_the_image_is_built_once_and_asked_of_no_registry() -> None:
    assert [name for name, each in services().items() if "build" in each] == ["web-1"]
    assert {services()[name]["pull_policy"] for name in OWN} == {"never"}


def test_who_is_not_root_is_given_no_folder_in_memory_that_is_roots() -> None:
    """Only nginx, which runs as root, has a tmpfs on root's folders. Under runc 1.1 nobody else could write there."""
    open_to_all = {"/tmp", "/run/postgresql"}  # noqa: S108 - folders of the images
    for name, each in services().items():
        assert name == "nginx" or set(each["tmpfs"]) <= open_to_all, name


def test_the_addresses_with_a_name_are_given_to_nobody_else() -> None:
    (pool,) = compose()["networks"]["inside"]["ipam"]["config"]
    named = [ip_address(address_of(name)) for name in ("web-1", "web-2", "postgres", "redis")]
    assert all(each in ip_network(pool["subnet"]) for each in named)
    assert not any(each in ip_network(pool["ip_range"]) for each in named)


def test_the_proxy_is_reached_over_ipv4_alone_where_docker_says_who_asks() -> None:
    assert services()["nginx"]["ports"] == ["0.0.0.0:80:80", "0.0.0.0:443:443"]


def test_postgresql_is_well_when_it_takes_connections_not_while_it_is_set_up() -> None:
    assert "-h 127.0.0.1" in shlex.join(services()["postgres"]["healthcheck"]["test"])


def test_a_stop_waits_as_long_as_the_units_do() -> None:
    for name in set(OWN) - {"migrate"}:
        waits = of_unit(UNIT_OF[name.partition("-")[0]], "TimeoutStopSec")
        assert services()[name]["stop_grace_period"] == f"{waits}s", name
        assert services()[name]["init"] is True, "the first process alone is told to stop"


def test_a_web_and_its_clock_share_a_state_folder_that_no_other_host_has() -> None:
    folders = {name: services()[name]["volumes"] for name in OWN}
    state = compose()["x-service"]["environment"]["STATE_DIR"]
    assert all(len(each) == 1 and each[0].endswith(f":{state}") for each in folders.values())
    assert folders["web-1"] == folders["clock-1"] != folders["web-2"] == folders["clock-2"]
    assert {each.partition(":")[0] for (each,) in folders.values()} <= set(compose()["volumes"])


def test_every_service_of_ours_is_well_or_says_why_it_is_not_asked() -> None:
    assert {name for name in OWN if services()[name].get("healthcheck") == {"disable": True}} == {
        name for name in OWN if not name.startswith("web")
    }
    others = {name: each for name, each in services().items() if name not in OWN}
    assert all(each["healthcheck"]["test"] for each in others.values())


def test_secrets_come_from_a_file_that_git_does_not_take() -> None:
    assert {each["env_file"] for name, each in services().items() if name in OWN} == {".env"}
    words = COMPOSE.read_text()
    secrets = re.findall(r"(?:PASSWORD: |redis://:|postgresql://clinic-line:)(\S+?)(?=:\?|@|\s)", words)
    assert len(secrets) == 4
    assert set(secrets) == {"${POSTGRES_PASSWORD", "${REDIS_PASSWORD"}
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {".env", "ops/compose/nginx.conf", "ops/compose/compose.override.yaml"} <= set(ignored)


def test_the_settings_name_the_addresses_that_the_stores_have() -> None:
    given = compose()["x-service"]["environment"]
    assert f"@{address_of('postgres')}/clinic-line" in given["DATABASE_URL"]
    assert f"@{address_of('redis')}:6379/0" in given["REDIS_URL"]
    assert given["TRUSTED_PROXIES"] == "1"


def test_compose_understands_it(tmp_path: Path) -> None:
    if (judge := _compose()) is None:
        pytest.skip(f"{NO_COMPOSE}apt-get install docker-compose")
    folder = tmp_path / "ops" / "compose"
    folder.mkdir(parents=True)
    (folder / ".env").write_text("POSTGRES_PASSWORD=made-up\nREDIS_PASSWORD=made-up\n")
    (folder / "compose.yaml").write_text(re.sub(r"^name: .*\n", "", COMPOSE.read_text(), flags=re.MULTILINE))
    said = subprocess.run(
        [*judge, "-f", str(folder / "compose.yaml"), "config", "-q"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert (said.returncode, said.stderr) == (0, "")


def test_a_host_apart_from_the_stores_gives_each_of_its_services_their_addresses_and_a_way_there() -> None:
    (words,) = re.findall(r"^services:\n.*?(?=^```)", DEPLOY, re.MULTILINE | re.DOTALL)
    apart = yaml.safe_load(words)["services"]
    assert set(apart) == {"web-1", "clock-1", "worker-1"}
    for name, each in apart.items():
        assert set(each["environment"]) == {"DATABASE_URL", "REDIS_URL"}
        assert "outside" in {**services()[name]["networks"], **each.get("networks", {})}, name


def _compose() -> list[str] | None:
    """Return the command of Docker Compose: the newer plugin, else the older program; None if there is neither."""
    plugin = ["docker", "compose"]
    if (
        shutil.which("docker")
        and subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode == 0
    ):
        return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else None


def test_redis_is_started_with_the_file_of_the_servers_and_its_password(tmp_path: Path) -> None:
    """Redis starts by the Compose file's command, with the shipped settings in ops/redis and a password.

    The test replaces only paths and addresses.
    """
    shell, option, words = services()["redis"]["command"]
    with reserved_port() as port:
        for there, here in {
            "$$": "$",
            "/etc/clinic-line.conf": str(OPS / "redis" / "clinic-line.conf"),
            "/tmp/redis.conf": f"{tmp_path}/redis.conf",  # noqa: S108 - the container's own
            "exec redis-server": f"exec {program()}",
            "bind * -::*": f"bind 127.0.0.1\nport {port}\ndir {tmp_path}",
        }.items():
            assert there in words
            words = words.replace(there, here)
        environ = {"REDIS_PASSWORD": "made-up", "PATH": "/usr/bin:/bin"}
        with subprocess.Popen([shell, option, words], env=environ, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
            try:
                with closing(Redis(port=port, password="made-up")) as client:
                    assert until(lambda: server.poll() is not None or _answers(client))
                    assert client.config_get("appendfsync") == {"appendfsync": "always"}
                    assert client.config_get("appendonly") == {"appendonly": "yes"}
            finally:
                server.terminate()
    assert (tmp_path / "redis.conf").stat().st_mode & 0o077 == 0, "nobody else reads the password"


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except NoConnection:
        return False


# -- the proxy before several hosts


@pytest.mark.parametrize("target", ["ops/compose/nginx.conf", "/etc/nginx/conf.d/clinic-line.conf"])
def test_the_walks_lead_to_a_proxy_before_both_hosts(target: str, tmp_path: Path) -> None:
    (command,) = [each for each in walked("sed") if each.endswith(f"> {target}") and "fail_timeout" in each]
    done = subprocess.run(
        ["/bin/sh", "-c", command.rpartition(">")[0]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = re.sub(r"#.*", "", done.stdout)
    hosts = {address_of("web-1"), address_of("web-2")} if "compose" in target else {"10.0.0.11", "10.0.0.12"}
    for line in ("max_fails=3 fail_timeout=3s;", "max_fails=0 backup;"):
        assert sorted(re.findall(rf"server (\S+):8000 {line}", told)) == sorted(hosts)
    assert "line.example.org" not in done.stdout
    assert "compose" not in target or "/var/log" not in done.stdout, "where nothing can be written"
    _judged(done.stdout, tmp_path)


def _judged(words: str, folder: Path) -> None:
    """Check that nginx accepts this shipped configuration, but without TLS and with the test's own folder for logs."""
    if shutil.which("nginx") is None:
        pytest.skip(f"{NO_NGINX}apt-get install nginx-light")
    words = re.sub(r"^ *ssl_.*;$", "", words.replace(" ssl http2", ""), flags=re.MULTILINE)
    (folder / "clinic-line.conf").write_text(words.replace("/var/log/nginx", str(folder)))
    around = f"pid {folder}/pid; events {{}} http {{ include {folder}/clinic-line.conf; }}"
    (folder / "nginx.conf").write_text(around)
    said = subprocess.run(
        ["nginx", "-t", "-q", "-e", f"{folder}/log", "-c", f"{folder}/nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


def test_a_webhook_is_asked_of_a_second_host_in_time_and_a_form_of_the_desk_is_not() -> None:
    words = (OPS / "nginx" / "clinic-line.conf").read_text()
    whole = {name: int(re.findall(rf"^    {name} (\d+)s?;", words, re.MULTILINE)[0]) for name in LIMITS}
    last = whole["proxy_connect_timeout"] + whole["proxy_read_timeout"]
    assert last <= whole["proxy_next_upstream_timeout"], "or nobody else is asked after a host that says nothing"
    assert whole["proxy_next_upstream_timeout"] + last < 15, "the carrier has gone by then"
    assert "    proxy_next_upstream error timeout non_idempotent;" in words
    (desk,) = re.findall(r"location / \{\n        proxy_pass http.*?\}", words, re.DOTALL)
    assert "proxy_next_upstream error;" in desk
    webhooks = re.findall(r"location (?:= )?/voice\S* \{(.*?)\}", words, re.DOTALL)
    assert len(webhooks) == 2
    assert "proxy_next_upstream" not in "".join(webhooks), "they go by what holds for the whole"


LIMITS = ("proxy_connect_timeout", "proxy_read_timeout", "proxy_next_upstream_timeout")


def test_what_nginx_is_to_read_is_where_its_configuration_looks() -> None:
    words = (OPS / "nginx" / "clinic-line.conf").read_text()
    mounted = [each.split(":")[1] for each in services()["nginx"]["volumes"]]
    for path in re.findall(r"^ *(?:root|ssl_certificate|ssl_certificate_key) +(\S+);", words, re.MULTILINE):
        assert any(path.startswith(each) for each in mounted), path
    sources = [each.split(":")[0] for each in services()["nginx"]["volumes"]]
    ours = [each for each in sources if each.startswith("..")]
    assert [each for each in ours if not (COMPOSE.parent / each).exists()] == []
