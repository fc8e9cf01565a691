"""The webhooks of the carrier on this machine: the stand-in signs them, the service answers, the port reads the answer.

No SIP, no sound.
"""

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
    """A test's access to the running service, by the service's address and the stand-in of a carrier."""

    base_url: str
    """The service's public address, to which webhooks are signed and posted."""
    read: Callable[[str], Iterator[DocumentStep]]
    """A function that reads the service's documents as steps: the `heard` of a carrier's port."""
    stand_in: StandIn
    number_of: Callable[[str], str]
    """A function that returns the clinic's number, in E.164, for the name in the SIP address that was called."""
    post: Callable[[str, Mapping[str, str], Mapping[str, str]], str] = post


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of one call to the service, or of the reception's leg of a call."""

    service: Service
    call: PlacedCall

    async def begin(self) -> CallMoment:
        """Post the call's first webhook; return the document that answers it, as a moment of the call.

        Raises CallFailed.
        """
        return await self.go(f"{self.service.base_url}/voice", GoesOn())

    async def go(self, url: str, happened: Happened) -> CallMoment:
        """Post to this address what happened in the call; return the document that answers it, as a moment of the call.

        Raises CallFailed.
        """
        return self.read(await self._send(url, happened), url)

    async def over(self, seconds: float) -> None:
        """Report to the service that the call is over, and how many seconds it lasted. Raises CallFailed."""
        await self._send(f"{self.service.base_url}/voice/status", Over(max(0, round(seconds))))

    def leg(self, number: str) -> "Webhooks":
        """Return the webhooks of the leg to the reception's telephone with this number. The leg is its own call."""
        return replace(self, call=self.service.stand_in.leg(self.call, number))

    def read(self, document: str, url: str) -> CallMoment:
        """Return a document as a moment of the call: what is heard, and what is then waited for. Raises CallFailed."""
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
    """Return the full URL of an address in this moment's document, which may be relative to the document's own URL."""
    return urljoin(moment.address, address)
