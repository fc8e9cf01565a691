"""Runs all checks of the preflight at once, each up to a time limit. A failing check stops no other check."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread

from config.toml_file import BadFile
from ivr.preflight import address, clocks, configuration, processes, stores
from ivr.preflight.context import Context, Finding, Result, bad
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway

Check = Callable[[Context], Finding]

CHECKS: Mapping[str, Check] = {
    "settings": configuration.settings,
    "secrets": configuration.secrets,
    "clinic file": configuration.clinic_file,
    "prompts": configuration.prompts,
    "recordings": configuration.recordings,
    "advice": configuration.advice,
    "staff are told": configuration.staff_are_told,
    "disk space": processes.disk_space,
    "database": stores.database,
    "schema": stores.schema,
    "people": stores.people,
    "booking by telephone": stores.phone_booking,
    "redis": stores.redis,
    "redis access": stores.redis_access,
    "redis on disk": stores.redis_on_disk,
    "redis memory": stores.redis_memory,
    "hosts": stores.hosts,
    "worker": processes.worker,
    "clock process": processes.clock_process,
    "public address": address.public_address,
    "numbers": address.numbers,
    "time zone": clocks.time_zone,
    "system clock": clocks.system_clock,
    "deleting": clocks.deleting,
}
"""The preflight's checks by name, in the order of the output."""

SECONDS = 35
"""Time limit of each check in seconds: slightly more than three requests to the REST APIs of two carriers may take."""


@dataclass(frozen=True)
class Told:
    """A preflight check's name and its finding."""

    check: str
    finding: Finding


def run_checks(on: Context, checks: Mapping[str, Check] = CHECKS, seconds: float = SECONDS) -> list[Told]:
    """Return the findings of all preflight checks, in their order. A check that takes longer than `seconds` fails."""
    running = {name: _begun(check, on) for name, check in checks.items()}
    wait(running.values(), timeout=seconds)
    late = bad(f"no answer within {seconds:g} seconds", "see what it waits for; the other lines may say")
    return [Told(name, each.result() if each.done() else late) for name, each in running.items()]


def failed(told: list[Told]) -> bool:
    """Return whether any preflight check failed."""
    return any(each.finding.result is Result.FAIL for each in told)


def _begun(check: Check, on: Context) -> "Future[Finding]":
    """Run the check in a daemon thread, which does not keep the process alive."""
    finding: Future[Finding] = Future()
    Thread(target=lambda: finding.set_result(_found(check, on)), daemon=True).start()
    return finding


def _found(check: Check, on: Context) -> Finding:
    """Return the check's finding. An unexpected error is named by class alone, as its message may hold a password."""
    try:
        return check(on)
    except StoreAway as away:
        return bad(f"not known: the database is away ({away})", "see the line of the database")
    except QueueAway as away:
        return bad(f"not known: Redis is away ({away})", "see the line of redis")
    except BadFile:
        return bad("not known: the clinic's file cannot be used", "see the line of the clinic file")
    except Exception as odd:  # a check that breaks must not hide the findings of the others
        return bad(f"the check itself failed ({type(odd).__name__})", "this is a mistake of ours; please report it")
