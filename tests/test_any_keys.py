"""Any keys in any order, with silences, repeated and stale webhooks: no call breaks, loops or stores anything twice."""

from collections import Counter
from datetime import timedelta
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.carrier.steps import Gathers
from tests.people import CALL, Clock, Conversation, Phone

MOST_WEBHOOKS_OF_SILENCE = 40

KEYS = st.one_of(
    st.sampled_from("0123456789*#"),
    st.sampled_from("1111"),  # the key that leads deeper, more often than chance would
    st.sampled_from(["9999900002#", "0999990000#", "18603451234#", "8090080906#", "*#", "98*9999900002#"]),
)
ACTS = st.lists(
    st.one_of(KEYS, st.sampled_from(["silence", "twice", "time", "stale"])),
    max_size=25,
)
CALLERS = st.one_of(
    st.sampled_from(["+919999900001", "+919999900002", "anonymous", "+918090080907", "sip:desk@example.org", ""]),
    st.integers(10, 99).map("+9199999000{}".format),  # some who have not rung before, and so are over no limit
)
RINGS = st.fixed_dictionaries(
    {"line": st.sampled_from(["main", "second", "third"]), "caller": CALLERS, "lang": st.sampled_from(["en", "hi"])}
)

FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(acts=ACTS, rung=RINGS, hour=st.integers(0, 23))
def test_any_keys_lead_to_valid_twiml_and_silence_ends_the_call(
    phone: Phone, clock: Clock, acts: list[str], rung: dict[str, str], hour: int
) -> None:
    clock.shows(2026, 11, 23, hour, 30)
    call = phone.rings(**rung)
    for act in acts:
        if call.over:
            break
        _does(call, act, clock)
    before = call.documents
    while not call.over:
        call.stays_silent()
        assert call.documents - before <= MOST_WEBHOOKS_OF_SILENCE
    waiting = phone.services.desk.store.waiting()
    assert len({(each.call_id, each.kind, each.reference) for each in waiting}) == len(waiting), (
        "a promise is one request"
    )
    limits = phone.services.clinic.limits
    assert max(Counter(each.call_id for each in waiting).values(), default=0) <= limits.requests_of_a_call
    assert max(Counter(each.phone for each in waiting).values(), default=0) <= 2 * limits.requests_of_a_number


def _does(call: Conversation, act: str, clock: Clock) -> None:
    assert isinstance(call.waits, Gathers), "every turn that does not end the call waits for a key"
    match act:
        case "silence":
            call.stays_silent()
        case "twice":
            call.repeats_last_webhook()
        case "time":
            clock.now += timedelta(hours=7)
        case "stale":
            call.follows(call.url.replace("c=", "c=stale"), {"Digits": "1"})
        case keys:
            call.press(keys if call.waits.digits is None else keys[0])


@FUZZ
@given(place=st.text(min_size=1, max_size=30), query=st.dictionaries(st.sampled_from("slwc"), st.text(max_size=40)))
def test_any_place_and_any_query_get_the_main_menu_or_a_clear_no(
    phone: Phone, place: str, query: dict[str, str]
) -> None:
    answer = phone.posts(f"/voice/{quote(place)}?{urlencode(query)}", {**CALL, "Digits": "1"})
    assert answer.status_code in {200, 204, 403, 404, 405}


def test_an_unknown_place_gets_the_main_menu(phone: Phone) -> None:
    call = phone.rings()
    call.follows("/voice/a-place-of-last-year?line=second&lang=hi", {"Digits": "4"})
    assert call.place == "main"
    assert call.languages == {"hi-IN", "en-IN"}, "in the caller's language, with the other one offered"
