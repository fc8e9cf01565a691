"""The carrier's requests to the running service: signed by the stand-in, read by the port. No SIP, no sound."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, StandIn
from ivr.carrier.steps import NotUnderstood, Sound
from ivr.carrier.steps import Step as DocumentStep
from ivr.phone.handset import CallFailed, CallMoment, Ends
from ivr.phone.ringing import post


@dataclass(frozen=True)
class Service:
    """The running service, as a carrier knows it."""

    base_url: str
    """The public address: it is signed and asked."""
    read: Callable[[str], Iterator[DocumentStep]]
    """Reads a document: `Carrier.heard`."""
    stand_in: StandIn
    number_of: Callable[[str], str]
    """Returns the number that is called, in E.164, by the name in the SIP address."""
    post: Callable[[str, Mapping[str, str], Mapping[str, str]], str] = post


@dataclass(frozen=True)
class Webhooks:
    """The requests of one call, or of the reception's leg of one."""

    service: Service
    call: PlacedCall

    async def begin(self) -> CallMoment:
        """Post the call's first webhook; return the moment that the service answers with. Raises CallFailed."""
        return await self.go(f"{self.service.base_url}/voice", GoesOn())

    async def go(self, url: str, happened: Happened) -> CallMoment:
        """Post what happened to this address, and return the moment that the service answers with.

        Raises CallFailed.
        """
        return self.read(await self._send(url, happened), url)

    async def over(self, seconds: float) -> None:
        """Report to the service that the call is over after so many seconds. Raises CallFailed."""
        await self._send(f"{self.service.base_url}/voice/status", Over(max(0, round(seconds))))

    def leg(self, number: str) -> "Webhooks":
        """Return the requests of the reception's telephone with this number, which is a call of its own."""
        return replace(self, call=self.service.stand_in.leg(self.call, number))

    def read(self, document: str, url: str) -> CallMoment:
        """Return the moment of a document: what is heard, and what it then waits for. Raises CallFailed."""
        heard: list[Sound] = []
        try:
            for step in self.service.read(document):
                if not isinstance(step, Sound):
                    return CallMoment(tuple(heard), step, url)
                heard.append(step)
        except NotUnderstood as error:
            raise CallFailed(str(error)) from error
        return CallMoment(tuple(heard), Ends(), url)

    async def _send(self, url: str, happened: Happened) -> str:
        signed = self.service.stand_in.says(url, self.call, happened)
        return await asyncio.to_thread(self.service.post, url, signed.values, signed.headers)


def within(moment: CallMoment, address: str) -> str:
    """Return an address that a document names, which may be relative to its own."""
    return urljoin(moment.address, address)
