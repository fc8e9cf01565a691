"""`make ring`: answers softphones of this machine, as a carrier would, and puts their calls through to the service."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from shutil import which

from config.settings import Settings
from ivr.carrier.carriers import NoSuchCarrier
from ivr.line.clinic import Clinic
from ivr.phone.ringing import dialect, number_of
from ivr.web.services import Services, build
from testing.sip.exchange import Exchange, Wanted
from testing.sip.running import the_service
from testing.sip.voice import LEISURELY, NO_VOICE, PROGRAM, voice
from testing.sip.webhooks import Service

PORT = 5_066
"""The port on which `make ring` listens for SIP; not 5060, which a softphone on this machine may have."""


def main(words: Sequence[str]) -> None:
    """Answer the calls of softphones on this machine until Ctrl-C."""
    asked = _arguments().parse_args(words)
    if which(PROGRAM) is None:
        sys.exit(NO_VOICE)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), the_service(os.environ, _tell) as settings:
        asyncio.run(_answer(settings, asked))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("make ring", description="Answers softphones on this machine.")
    parser.add_argument("--carrier", default="", help="the carrier whose part it plays; the first that is on")
    parser.add_argument("--port", type=int, default=PORT, help="the port of the address that is called")
    parser.add_argument("--speed", type=int, default=LEISURELY, help="words a minute")
    parser.add_argument(
        "--reception", default="", metavar="ADDRESS", help="the SIP address that 0 rings, for every line"
    )
    return parser


async def _answer(settings: Settings, asked: argparse.Namespace) -> None:
    services = build(settings)
    clinic = services.clinic
    try:
        with voice(asked.speed) as speaker:
            telephones = _telephones(clinic, asked.reception)
            wanted = Wanted(speaker, asked.port, telephones=telephones, tells=_tell)
            await _take_calls(Exchange(_service(services, asked.carrier), wanted), clinic, asked.port)
    except NoSuchCarrier as unknown:
        sys.exit(str(unknown))
    finally:
        services.close()


def _service(services: Services, carrier: str) -> Service:
    """Return the access to the running service, with webhooks in this carrier's dialect. Raises NoSuchCarrier."""
    clinic, words = services.clinic, dialect(services.settings, services.telephone.carriers, carrier)
    return Service(
        services.settings.public_base_url,
        words.read,
        words.stand_in,
        lambda name: number_of(clinic.lines.get(name) or clinic.lines[clinic.default_line]),
    )


async def _take_calls(exchange: Exchange, clinic: Clinic, port: int) -> None:
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(exchange.open())
        except OSError:
            sys.exit(f"Port {port} is in use; on another: make ring ARGS='--port {port + 1}'")
        others = " ".join(exchange.address(line) for line in clinic.lines)
        _tell(f"Call {exchange.address()} with a softphone on this machine; a line of its own: {others}")
        _tell("Ctrl-C ends it.")
        await asyncio.Event().wait()


def _telephones(clinic: Clinic, address: str) -> Mapping[str, str]:
    """Return the softphone's SIP address for each number of the clinic's reception; none if no address is given."""
    numbers = {number.e164 for line in clinic.lines.values() for number in line.reception}
    return dict.fromkeys(numbers, address) if address else {}


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
