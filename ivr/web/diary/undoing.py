"""Keeps a person's last change in the diary in their session, so that the next pages offer to undo it."""

from datetime import datetime, timedelta

from flask import session

from ivr.web.services import services

UNDO_SHOWN = timedelta(seconds=10)
"""The time for which a page offers to undo a person's last change in the diary."""

LAST_CHANGE = "last_change_in_the_diary"
"""The session key of the person's last change in the diary, which may be undone."""


def offer_undo(url: str, what: str, words: str) -> None:
    """Offer on the next pages to undo a change in the diary, by a form that goes to `url`.

    `words` describe the change. `what` is its name in the history, so that no later change is undone instead.
    """
    session[LAST_CHANGE] = {"url": url, "what": what, "words": words, "at": services().clock().isoformat()}


def offer_no_more() -> None:
    """Withdraw the offer to undo this person's last change in the diary."""
    session.pop(LAST_CHANGE, None)


def undoable() -> dict[str, object] | None:
    """Return this person's last change in the diary as long as it may be undone, else None."""
    last = session.get(LAST_CHANGE)
    if not last or services().clock() - datetime.fromisoformat(last["at"]) > UNDO_SHOWN:
        return None
    found: dict[str, object] = last
    return found
