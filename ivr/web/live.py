"""The live part of a page, for which the open page asks again and again, and the state that the page has seen.

An open page names the state that it has seen. If nothing has happened at the desk and no new minute has begun since,
the server reads no data. If something has happened but the HTML is the same, the answer is 204, and the page changes
nothing. The answer tells the page the new state.
"""

import re
from collections.abc import Callable
from hashlib import sha256

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from ivr.web.services import services

SEEN = "Seen"
"""The header of an answer with the state that the page has now seen; desk.js sends it with the next request."""

NOT_YET = "what-is-seen"
"""The placeholder for the state that a page has seen. That state depends on the HTML, so it is filled in last."""

OF_THE_ANSWER = re.compile(r'name="csrf_token" value="[^"]*"|"seen": "[^"]*"')
"""The parts of a page that differ in each answer though nothing changed: the form's token, and the `seen` state."""


class Live:
    """The part of a page that is fetched anew. Create a Live before reading the page's data, to miss no change."""

    def __init__(self, version: Callable[[], object]) -> None:
        """Take the function `version`, whose result must change with everything on the page but the opening hours."""
        now, hours = services().clock(), services().hours.closures_file.version()
        self._state = f"{hours}-{version()}-{int(now.timestamp() // 60)}"
        """The present state, as text: it changes with `version`, with the desk's closures, and every minute."""
        self._asked = request.args.get("seen", "")

    def is_seen(self) -> bool:
        """Return whether the page already shows the present state. The state also changes at every new minute."""
        return self._asked.rpartition("-")[0] == self._state

    def part(self, template: str, **shown: object) -> Markup:
        """Return the live part of a page as HTML, with the state that the page sends back when it asks for news."""
        words = render_template(template, seen=NOT_YET, **shown)
        return Markup(words.replace(NOT_YET, self.seen(words)))  # noqa: S704 - a template has made it

    def seen(self, words: str) -> str:
        """Return the state that a page with this HTML has seen, as the desk's state and a hash of the HTML."""
        plain = OF_THE_ANSWER.sub("", words)
        return f"{self._state}-{sha256(plain.encode()).hexdigest()[:16]}"

    def news(self, words: Markup) -> Response:
        """Return an answer with the live part of the page; 204 without content if the page already shows this HTML."""
        seen = self.seen(words)
        same = self._asked.rpartition("-")[2] == seen.rpartition("-")[2]
        answer = make_response("", 204) if same else make_response(words)
        answer.headers[SEEN] = seen
        return answer
