"""The parts of a page that an open page asks for anew, and what tells whether it has seen them.

An open page names what it has seen. While nothing has happened at the desk and the minute is the same, nothing is even
looked at; where something has, and these words are the same all the same, the page is told so and changes nothing.
"""

import re
from collections.abc import Callable
from hashlib import sha256

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from ivr.web.services import services

SEEN = "Seen"
"""Header of an answer: what the page has seen with it; desk.js sends it with the next question."""

NOT_YET = "what-is-seen"
"""Stands in the words until it is known what they are."""

OF_THE_ANSWER = re.compile(r'name="csrf_token" value="[^"]*"|"seen": "[^"]*"')
"""The parts of a page that differ in every answer: the token of a form, and the state that the page has seen."""


class Live:
    """The live part of one answer. Make it before anything is read: what happens meanwhile is then news next time."""

    def __init__(self, version: Callable[[], object]) -> None:
        """`version` returns what changes with every change of what the page shows, but for the hours of the clinic."""
        now, hours = services().clock(), services().hours.closures_file.version()
        self._state = f"{hours}-{version()}-{int(now.timestamp() // 60)}"
        """Changes with every change, with the hours that the desk has set, and with every minute."""
        self._asked = request.args.get("seen", "")

    def is_seen(self) -> bool:
        """Return whether nothing has happened since what the page has seen, and the minute is the same."""
        return self._asked.rpartition("-")[0] == self._state

    def part(self, template: str, **shown: object) -> Markup:
        """Return the live part of a page, with what tells it from every other."""
        words = render_template(template, seen=NOT_YET, **shown)
        return Markup(words.replace(NOT_YET, self.seen(words)))  # noqa: S704 - a template has made it

    def seen(self, words: str) -> str:
        """Return what a page has seen that shows these words."""
        plain = OF_THE_ANSWER.sub("", words)
        return f"{self._state}-{sha256(plain.encode()).hexdigest()[:16]}"

    def news(self, words: Markup) -> Response:
        """Return the live part to the page that asks; 204 where the page shows these words already."""
        seen = self.seen(words)
        same = self._asked.rpartition("-")[2] == seen.rpartition("-")[2]
        answer = make_response("", 204) if same else make_response(words)
        answer.headers[SEEN] = seen
        return answer
