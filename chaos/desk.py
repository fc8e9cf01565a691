"""The desk during a campaign: closes requests, tells patients and changes the hours, through the product's own code."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from chaos.plan import Wanted
from ivr.desk.outcomes import NotFree
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, OutcomeReport, Request
from ivr.diary.appointments import ChangeRefused, NoSuchAppointment
from ivr.hours.mirror_file import MirrorFileAway
from ivr.line.hours import DeskClosure
from ivr.storage.audit import By
from ivr.storage.database import StoreAway
from workers.services import WorkerServices

EVERY = 0.5
"""Seconds between two times that somebody at the campaign's desk looks at the list."""

LOOKS_BETWEEN_CLOSURES = 6
"""The number of times that somebody looks at the list between two changes of the clinic's hours."""

MOST_CLOSED = 3
"""The most days that the campaign's desk keeps closed at once; with so many closed, it next opens one of them."""


@contextmanager
def at_work(worker: WorkerServices, wanted: Wanted) -> Iterator[None]:
    """Let somebody work at the desk until the end of the block: they close requests and change the clinic's hours."""
    stop, somebody = threading.Event(), Somebody(worker, wanted, Random(f"desk {wanted.seed}"))

    def work() -> None:
        looks = 0
        while not stop.wait(EVERY):
            looks += 1
            try:
                somebody.works_on_the_list()
                if wanted.changes and looks % LOOKS_BETWEEN_CLOSURES == 0:
                    somebody.changes_the_hours()
            except (StoreAway, MirrorFileAway, MoveRefused, NoSuchRequest, NotFree, ChangeRefused, NoSuchAppointment):
                continue

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@dataclass
class Somebody:
    """The one person who works at the desk during a campaign."""

    worker: WorkerServices
    wanted: Wanted
    random: Random
    left: set[int] = field(default_factory=set)
    """The ids of the requests that this person has already looked at, and looks at no more."""

    @property
    def by(self) -> By:
        """The author of a move that this person makes now."""
        return By("desk", self.worker.clock())

    def works_on_the_list(self) -> None:
        """Take and close a share of the requests on the list, so that some late webhooks find closed requests."""
        for request in self.worker.desk.store.waiting():
            if request.id in self.left:
                continue
            self.left.add(request.id)
            if self.random.random() <= self.wanted.desk_closes:
                self.worker.desk.moves.take(request.id, self.by)
                self.worker.desk.moves.report(request.id, self._outcome(request), self.by)

    def _outcome(self, request: Request) -> OutcomeReport:
        """Return an outcome that closes a request. For a request about an appointment it is a new time or CANCELLED."""
        if not request.about:
            return OutcomeReport(Outcome.SETTLED)
        clinic, now = self.worker.hours.clinic_now(), self.worker.clock()
        free = self.worker.diary.free_times.offered(clinic, request.line, now)
        if not free or self.random.random() < 0.5:
            return OutcomeReport(Outcome.CANCELLED)
        return OutcomeReport(Outcome.BOOKED, self.random.choice(free).start)

    def changes_the_hours(self) -> None:
        """Close a day, or open one again; then tell the patients touched, or leave that to the clock process."""
        closures, today = self.worker.hours.closures, self._today()
        closed = closures.current(today)
        if len({each.closure.day for each in closed}) >= MOST_CLOSED:
            closures.undo(self.random.choice(closed).id, self.by)
        else:
            closures.set([DeskClosure(self._some_day(today), "")], self.by)
        if self.random.random() < self.wanted.keeps_promises:
            after = [each.closure for each in closures.current(today)]
            self.worker.desk.upkeep.keep(self.worker.clinic.with_closures(after), self.by)
        self.worker.hours.closures_file.follow(closures, today)

    def _some_day(self, today: date) -> date:
        """Return a day for the desk to close: a day after today that has an appointment, or tomorrow if none has."""
        now = self.worker.clock()
        ahead = self.worker.diary.reads.between(now, now + timedelta(days=self.worker.clinic.diary.days))
        local = self.worker.clinic.line("").hours.local
        days = sorted({local(each.starts).date() for each in ahead if each.starts} - {today})
        return self.random.choice(days) if days else today + timedelta(days=1)

    def _today(self) -> date:
        return self.worker.clinic.line("").hours.local(self.worker.clock()).date()
