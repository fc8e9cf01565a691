"""The places of a campaign's processes: all on one machine, or on several hosts behind nginx.

Each host has a state folder of its own and runs the Procfile's commands. In truth all run on this machine: the hosts
differ by their ports and folders.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.fleet.host import Host
from chaos.parts import Process
from chaos.plan import Wanted
from config.settings import ROOT
from ivr.supervisor import procfile
from ivr.supervisor.procfile import LINE
from testing.servers.nginx import Nginx, nginx

PROCFILE_APP = "asgi:create_app"
PROCFILE_CLOCK = "workers.clock"


@dataclass(frozen=True)
class Layout:
    """The processes of a campaign's service, their hosts if there are several, and the ports that the carrier calls."""

    processes: Mapping[str, Process]
    ports: tuple[int, ...]
    """The ports on which the web servers listen."""
    called: tuple[int, ...]
    """The ports to which the carrier posts its webhooks: nginx's port if nginx runs, else those of the web servers."""
    hosts: Mapping[str, Host] = field(default_factory=dict)
    proxy: Nginx | None = None


def state_of(folder: Path, wanted: Wanted) -> Path:
    """Return the state folder that the person at the campaign's desk uses: the only host's, or the first host's."""
    return folder if wanted.hosts == 1 else folder / "host-1"


def one_machine(ports: tuple[int, int], wanted: Wanted, environ: Mapping[str, str], folder: Path) -> Layout:
    """Return the layout of one machine: two webs, two workers and the clock. The carrier calls either web."""

    def web(port: int) -> list[str]:
        words = ["granian", "--host", "127.0.0.1", "--port", str(port), "--interface", "asgi", "--factory", "--no-ws"]
        return [*words, "--loop", "asyncio", "--workers-kill-timeout", "5", "--log-level", "warning", wanted.app]

    modules = {
        **{f"web-{number}": web(port) for number, port in enumerate(ports, start=1)},
        "worker-1": ["workers"],
        "worker-2": ["workers"],
        "clock": [wanted.clock],
    }
    processes = {
        name: Process(name, [sys.executable, "-m", *words], environ, folder / f"{name}.log")
        for name, words in modules.items()
    }
    return Layout(processes, ports, ports)


@contextmanager
def several_hosts(ports: tuple[int, ...], wanted: Wanted, environ: Mapping[str, str], folder: Path) -> Iterator[Layout]:
    """Yield a campaign's several hosts behind nginx, each with a web, a worker and a clock. Raises NginxUnavailable.

    One more clock runs where the stores are.
    """
    commands = {name: _as_wanted(command, wanted) for name, command in LINE.findall((ROOT / "Procfile").read_text())}
    processes, hosts = {}, {}
    for number, port in enumerate(ports, start=1):
        given = _environment(environ, folder / f"host-{number}", port)
        own = {kind: _process(f"{kind}-{number}", command, given, folder) for kind, command in commands.items()}
        processes.update({each.name: each for each in own.values()})
        hosts[f"host-{number}"] = Host(own, port)
    last = len(ports) + 1
    alone = _process(f"clock-{last}", commands["clock"], _environment(environ, folder / f"host-{last}", 1), folder)
    with nginx(ports) as proxy:
        yield Layout({**processes, alone.name: alone}, ports, (proxy.port,), hosts, proxy)


def _as_wanted(command: str, wanted: Wanted) -> str:
    return command.replace(PROCFILE_APP, wanted.app).replace(PROCFILE_CLOCK, wanted.clock)


def _environment(environ: Mapping[str, str], state: Path, port: int) -> dict[str, str]:
    state.mkdir(mode=0o700, exist_ok=True)
    ours = {**environ, "STATE_DIR": str(state), "TRUSTED_PROXIES": "1"}
    return procfile.environment(ours, state / "no.env", "127.0.0.1", port)


def _process(name: str, command: str, environ: Mapping[str, str], folder: Path) -> Process:
    return Process(name, ["/bin/sh", "-c", f"exec {command}"], environ, folder / f"{name}.log")
