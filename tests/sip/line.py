"""The line, the carrier on this machine, and the telephones of patients and of the reception, for real calls.

The service runs on a real port; its clock stands at a Monday afternoon, when the reception is open.
"""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.phone.ringing import dialect
from ivr.web.services import Services, build
from testing.sip.exchange import Exchange, Wanted
from testing.sip.figures import Figures
from testing.sip.story import Did, Spoken, Story
from testing.sip.telephone import Switchboard, Talk, Telephone, switchboard
from testing.sip.voice import HASTY, Voice, voice
from testing.sip.webhooks import Service
from tests.applications import lent
from tests.clinic import SHIPPED
from tests.conftest import QUICK, UNHURRIED, settings_for
from tests.people import Clock
from tests.served import serving
from tests.sip import VOICEMAIL
from tests.web import CALLER_ID, RECEPTION

PLIVO = {
    "PLIVO_AUTH_ID": "MA0000000000000000EX",
    "PLIVO_AUTH_TOKEN": "a-token-of-the-second-carrier-in-tests",
    "PLIVO_CALLER_ID": "+919999900008",
}
"""The settings by which Plivo is switched on as the service's second carrier."""

ON_THE_WAY = 0.4
"""The most seconds from sending a sound to hearing it, because a telephone buffers sound to play it smoothly."""

PATIENCE = 0.2
"""The factor that shortens every wait for keys in these tests."""


def clinic_that_is_rung(folder: Path) -> Path:
    """Write the file of a clinic with a reception: two telephones for the first line, one for the second."""
    words = SHIPPED.read_text(encoding="utf-8").replace('# caller_id = "+1 ..."', f'caller_id = "{CALLER_ID}"')
    for numbers in (RECEPTION, (VOICEMAIL,)):
        words = words.replace("reception = []", f"reception = {list(numbers)}".replace("'", '"'), 1)
    path = folder / "clinic.toml"
    path.write_text(words, encoding="utf-8")
    return path


@contextmanager
def the_service(folder: Path, desk: Path, redis_url: str) -> Iterator[Services]:
    """Serve the service on a port of its own and on stores of its own, until the block ends."""
    database = folder / "clinic.db"
    shutil.copy(desk, database)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        more = {"PUBLIC_BASE_URL": base, "CLINIC_FILE": str(clinic_that_is_rung(folder)), **PLIVO}
        clock = Clock()
        settings = settings_for(folder, f"sqlite:///{database}", redis_url, **more)
        services = build(settings, clock, QUICK, clock.seconds, UNHURRIED)
        try:
            with lent(services) as app, serving(listening, app):
                yield services
        finally:
            services.close()


@dataclass
class Patient:
    """A patient in a real call, with a telephone."""

    telephone: Telephone
    exchange: Exchange
    number: str
    pressed: int = 0
    """The number of keys that the patient has pressed so far."""
    _talk: Talk | None = None
    _at: int = 0

    @property
    def story(self) -> Story:
        """The story of this patient's call, as the carrier on this machine tells it."""
        return self.exchange.story(self.number)

    @property
    def talk(self) -> Talk:
        """The call of this patient as the telephone has it: its sound and its keys."""
        assert self._talk
        return self._talk

    async def rings(self, line: str = "main") -> "Patient":
        """Call a line of the clinic; return once it has answered."""
        self._talk = await self.telephone.calls(self.exchange.address(line))
        return self

    async def presses(self, *keys: str) -> "Patient":
        """Press keys on the patient's telephone, each as soon as the service waits for it."""
        for each in keys:
            await self.until(Did.LISTENS)
            await self.presses_now(each)
        return self

    async def presses_now(self, keys: str) -> None:
        """Press keys on the patient's telephone at once, whether the service waits for them or not."""
        self.pressed += len(keys)
        await self.talk.presses(keys)

    async def until(self, what: Did, words: str = "") -> Spoken | None:
        """Wait for the call's next step of this kind, with these words in its sentence; return the sentence or None."""
        while True:
            self._at = await self.story.until(what, self._at)
            spoken = self.story.steps[self._at - 1].spoken
            if not words or (spoken and words in spoken.words):
                return spoken

    async def hears(self, words: str) -> Spoken:
        """Listen to a sentence with these words up to its end; return the sentence, with the sound that was sent."""
        spoken = await self.until(Did.SPOKE, words)
        assert spoken
        await self.talk.goes_on(ON_THE_WAY)
        return spoken

    async def hangs_up(self) -> None:
        """Hang up, and wait until the service has heard that the call is over."""
        await self.talk.hangs_up()
        await self.until(Did.OVER)


@dataclass
class Line:
    """The service, the telephones, and this machine's carrier that connects them, for the real calls of the tests."""

    services: Services
    exchange: Exchange
    switchboard: Switchboard
    reception: dict[str, Telephone]
    """The reception's telephones, by their numbers."""
    told: list[str]
    """The log lines about all calls that the carrier on this machine has printed."""
    patients: list[Patient] = field(default_factory=list)
    talking: int = 0
    """The number of tests whose real calls are not over yet."""
    limits: "dict[asyncio.Task[Any] | None, asyncio.Timeout]" = field(default_factory=dict)
    """The time limit for the real call of each test, by the test's task."""
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    async def all_have_hung_up(self) -> None:
        """Wait until the calls of all tests are over, because comparing sounds during a call would delay its sound."""
        self.hung_up()
        if limit := self.limits.get(asyncio.current_task()):
            limit.reschedule(None)  # other tests still have a call
        await self._quiet.wait()

    def hung_up(self) -> None:
        """Note that the real call of one more test is over."""
        self.talking -= 1
        if self.talking <= 0:
            self._quiet.set()

    async def patient(self, number: str) -> Patient:
        """Return a patient in a real call, whose telephone has this number."""
        patient = Patient(await self.switchboard.telephone(number), self.exchange, number)
        self.patients.append(patient)
        return patient

    def figures(self) -> Figures:
        """Return the figures of the calls of all patients."""
        talks = [talk for each in self.patients for talk in each.telephone.talks.values()]
        at_telephones = [talk.lost for talk in talks]
        carried = self.exchange.carried
        return Figures(
            [talk.first_sound for talk in talks if talk.first_sound is not None],
            sum(each.pressed for each in self.patients),
            sum(each.keys for each in carried),
            sum(came for came, _ in at_telephones) + sum(each.packets for each in carried),
            sum(lost for _, lost in at_telephones) + sum(each.lost for each in carried),
        )


@contextmanager
def taking_turns() -> Iterator[None]:
    """Switch between this process's threads ten times as often, so that the service delays no sound of a call."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@dataclass(frozen=True)
class Shared:
    """The telephones and the voice that the lines of all carriers share: a process can run one SIP stack only."""

    phones: Switchboard
    speaker: Voice


@asynccontextmanager
async def telephones_and_voice() -> AsyncIterator[Shared]:
    """Start the telephones and the voice of the real calls; end both when the `async with` block ends."""
    with voice(HASTY) as speaker, taking_turns():
        async with switchboard() as phones:
            yield Shared(phones, speaker)


@asynccontextmanager
async def the_line(carrier: str, services: Services, shared: Shared) -> AsyncIterator[Line]:
    """Start the line over one carrier, with telephones of its own at the reception; end it with the block."""
    name = carrier.replace(" ", "-")
    reception = {each: await shared.phones.telephone(f"{name}-{each}") for each in (*RECEPTION, VOICEMAIL)}
    telephones = {number: telephone.address for number, telephone in reception.items()}
    told: list[str] = []
    wanted = Wanted(shared.speaker, telephones=telephones, patience=PATIENCE, tells=told.append)
    async with Exchange(_service(services, carrier), wanted).open() as exchange:
        yield Line(services, exchange, shared.phones, reception, told)


def _service(services: Services, carrier: str) -> Service:
    """Return the service for the carrier on this machine to call, with the documents and signatures of `carrier`."""
    words = dialect(services.settings, services.telephone.carriers, carrier)
    return Service(
        services.settings.public_base_url,
        words.read,
        words.stand_in,
        lambda line: min(services.clinic.lines[line].reached_by).e164,
    )
