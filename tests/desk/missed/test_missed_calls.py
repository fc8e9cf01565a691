"""The store of missed calls, in cases that no caller and nobody at the desk can bring about."""

from datetime import timedelta

from ivr.desk.missed.how_far import HowFar
from ivr.desk.missed.missed_calls import MOST, NewMissedCall
from ivr.diary.desk_diary import DeskBooking
from ivr.line.clinic import MissedKind
from ivr.line.phones import Phone
from ivr.storage.audit import COMMAND_LINE, By
from ivr.web.services import Services
from tests.people import Clock


def keep(services: Services, clock: Clock, which: int, **more: object) -> bool:
    """Store a missed call whose id and telephone number are made from `which`; return whether the call was new."""
    values: dict[str, object] = {
        "call_id": f"CA{which:032}",
        "phone": Phone(f"+9199999{which:05}"),
        "line": "main",
        "language": "en",
        "at": clock(),
        "how_far": HowFar(MissedKind.NOTHING),
    }
    return services.desk.missed.keep(NewMissedCall(**{**values, **more}))  # type: ignore[arg-type]


def test_in_a_flood_the_newest_are_shown(services: Services, clock: Clock) -> None:
    for which in range(MOST + 3):
        keep(services, clock, which, at=clock() + timedelta(seconds=which))
    found = services.desk.missed.standing(clock() + timedelta(hours=1))
    assert len(found) == MOST
    assert found[0].phone.e164 == f"+9199999{MOST + 2:05}"


def test_a_call_of_a_line_that_is_gone_has_the_hours_of_the_default_line(services: Services, clock: Clock) -> None:
    keep(services, clock, 1, line="older")
    assert len(services.desk.missed.standing(clock())) == 1
    assert services.desk.missed.standing(clock() + timedelta(days=2)) == []


def test_whoever_calls_calls_the_number_with_all_its_calls(services: Services, clock: Clock) -> None:
    number = Phone("+919999900001")
    for which in (1, 2, 3):
        keep(services, clock, which, phone=number)
    keep(services, clock, 4)
    (last, _) = sorted(services.desk.missed.standing(clock()), key=lambda each: -each.times)
    assert last.times == 3
    assert services.desk.missed.call(last.id, By("asha", clock()))
    assert [each.phone.e164 for each in services.desk.missed.standing(clock())] == ["+919999900004"]
    assert not services.desk.missed.call(last.id, By("meena", clock()))


def test_a_call_that_is_missed_after_the_number_was_called_stands_again(services: Services, clock: Clock) -> None:
    number = Phone("+919999900001")
    keep(services, clock, 1, phone=number)
    services.desk.missed.call(1, By("asha", clock()))
    clock.goes_on(minutes=1)
    keep(services, clock, 2, phone=number)
    (found,) = services.desk.missed.standing(clock())
    assert (found.id, found.times) == (2, 1)


def test_an_import_of_another_diary_returns_nobodys_call(services: Services, clock: Clock) -> None:
    """An appointment of an import was agreed on before; one that the desk makes shows that they have talked."""
    keep(services, clock, 1)
    for number, who in enumerate((COMMAND_LINE, "asha")):
        assert len(services.desk.missed.standing(clock())) == 1
        starts = clock() + timedelta(days=1, hours=number)
        wanted = DeskBooking(starts, Phone("+919999900001"), "Made Up", "main", "en", f"00001{number}")
        services.diary.desk.book(wanted, By(who, clock()))
    assert services.desk.missed.standing(clock()) == []
