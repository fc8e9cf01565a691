"""Makes a call-back request out of a missed call, for somebody at the desk who asks for it. Values only."""

from ivr.desk.missed.missed_calls import MissedCall
from ivr.desk.requests import NewRequest
from ivr.line.booking import Kind, Wish
from ivr.line.clinic import Line
from ivr.storage.audit import By


def callback_for(missed: MissedCall, line: Line, by: By) -> NewRequest:
    """Return a request to call back the number of a missed call as soon as possible, in its line and language."""
    wish = Wish(Kind.CALLBACK, None, None)
    return NewRequest(
        kind=wish.kind,
        line=line.key,
        phone=missed.phone,
        language=missed.language,
        day=wish.day,
        part=wish.part,
        due=line.offer.due(wish, by.at),
        call_id=missed.call_id,
        created=by.at,
        asked=missed.at,
        own_number=True,
        made_by=by.who,
    )
