"""The live part of a page, which the open page asks for again, and the state by which it is known what it shows.

An open page names the state that it has seen. While nothing has happened at the desk and the minute is the same,
nothing is even looked at. Where something has happened and the HTML is the same all the same, the page is told so and
changes nothing.
"""

import re
from collections.abc import Callable
from hashlib import sha256

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from ivr.web.services import services

SEEN = "Seen"
"""The header by which an answer tells the state that the page has seen with it; desk.js sends it back next time."""

NOT_YET = "what-is-seen"
"""Stands in the HTML in the place of the state that a page has seen, until that is computed from the HTML."""

OF_THE_ANSWER = re.compile(r'name="csrf_token" value="[^"]*"|"seen": "[^"]*"')
"""The parts of a page that differ in each answer though nothing changed: the form's token, and the state seen."""


class Live:
    """The live part of one answer. Make it before the page's data is read: what changes meanwhile then is news."""

    def __init__(self, version: Callable[[], object]) -> None:
        """Take `version`, a function whose value changes with everything that the page shows, but for the hours."""
        now, hours = services().clock(), services().hours.closures_file.version()
        self._state = f"{hours}-{version()}-{int(now.timestamp() // 60)}"
        """The present state, as text: it changes with `version`, with the desk's closures, and every minute."""
        self._asked = request.args.get("seen", "")

    def is_seen(self) -> bool:
        """Return whether the page has seen the present state: nothing has changed since, within this minute."""
        return self._asked.rpartition("-")[0] == self._state

    def part(self, template: str, **shown: object) -> Markup:
        """Return the live part of a page as HTML, with the state that the page will have seen by showing it."""
        words = render_template(template, seen=NOT_YET, **shown)
        return Markup(words.replace(NOT_YET, self.seen(words)))  # noqa: S704 - a template has made it

    def seen(self, words: str) -> str:
        """Return the state that a page showing this HTML has seen: the present state, and a hash of the HTML."""
        plain = OF_THE_ANSWER.sub("", words)
        return f"{self._state}-{sha256(plain.encode()).hexdigest()[:16]}"

    def news(self, words: Markup) -> Response:
        """Return the live part as news for the page that asks; 204 where the page shows the same HTML already."""
        seen = self.seen(words)
        same = self._asked.rpartition("-")[2] == seen.rpartition("-")[2]
        answer = make_response("", 204) if same else make_response(words)
        answer.headers[SEEN] = seen
        return answer
