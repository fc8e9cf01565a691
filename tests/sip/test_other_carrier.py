"""A made-up carrier, called by real telephones. It has its own documents, and checks the reception's key by itself."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from ivr.carrier.stand_in import Happened, Over, PlacedCall, SignedWebhook, WasRung
from ivr.carrier.steps import Dials, HangsUp, Heard, Step
from testing.sip.exchange import Exchange, Wanted
from testing.sip.story import Did
from testing.sip.voice import HASTY, voice
from testing.sip.webhooks import Service
from tests.loops import runs
from tests.web import RECEPTION

pytestmark = pytest.mark.slow

PATIENT = "+919999900031"


DOCUMENTS: Mapping[str, tuple[Step, ...]] = {
    "/voice": (
        Heard("Please hold.", "en-IN"),
        Dials("after", tuple((number, "asks") for number in RECEPTION), key="5"),
    ),
    "/asks": (Heard("A patient is calling. Press five.", "en-IN"),),
    "/after": (Heard("Goodbye.", "en-IN"), HangsUp()),
    "/voice/status": (),
}


@dataclass
class Signer:
    """The stand-in of a made-up carrier: it signs nothing, and remembers the events of the calls."""

    happened: list[Happened] = field(default_factory=list)

    def new_call(self) -> str:
        return "a-call"

    def leg(self, call: PlacedCall, number: str) -> PlacedCall:
        return call

    def says(self, url: str, call: PlacedCall, happened: Happened) -> SignedWebhook:
        self.happened.append(happened)
        return SignedWebhook({}, {})

    def probes(self, url: str) -> SignedWebhook:
        return SignedWebhook({}, {})


def read(document: str) -> Iterator[Step]:
    yield from DOCUMENTS[document]


def service(signer: Signer) -> Service:
    """Return a service for the carrier on this machine. It answers a webhook with the path of the webhook's address."""
    return Service(
        "https://line.example", read, signer, lambda _name: "+918090080906", lambda url, *_: urlsplit(url).path
    )


async def rung(signer: Signer) -> None:
    """Make a call to the reception, at which the first telephone presses a wrong key, and the second the right one."""
    from testing.sip.telephone import switchboard  # noqa: PLC0415 - not on every machine

    with voice(HASTY) as speaker:
        async with switchboard() as phones:
            first, second, patient = [await phones.telephone(number) for number in (*RECEPTION, PATIENT)]
            telephones = dict(zip(RECEPTION, (first.address, second.address), strict=True))
            async with Exchange(service(signer), Wanted(speaker, telephones=telephones)).open() as exchange:
                call = await patient.calls(exchange.address())
                story = exchange.story(PATIENT)
                for count, (telephone, key) in enumerate(((first, "4"), (second, "5")), start=1):
                    talk = await telephone.ringing.get()
                    await talk.answers()
                    await story.until(Did.LISTENS, who=f"reception {count}")
                    await talk.presses(key)
                await story.until(Did.CONNECTED)
                assert story.all(Did.DECLINES)
                await talk.hangs_up()
                await call.over.wait()
                await story.until(Did.OVER)
                assert exchange.faults == []


def test_the_key_that_a_carrier_counts_by_itself_takes_the_patient(telephones: None) -> None:
    signer = Signer()
    runs(asyncio.wait_for(rung(signer), 60))
    assert [each for each in signer.happened if isinstance(each, WasRung)] == [WasRung(talked=True)]
    assert isinstance(signer.happened[-1], Over)
