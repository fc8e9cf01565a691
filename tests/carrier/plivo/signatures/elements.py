"""Writes down the elements of Plivo's Python library: the attributes of each, and what may stand within it.

tests/carrier/plivo/test_elements.py compares our table with them.

    cd tests/carrier/plivo/signatures && python3 -m venv .venv && .venv/bin/pip install plivo==4.63.0
    .venv/bin/python elements.py > elements.json
"""

import inspect
import json
import sys
from typing import Any

from plivo import xml  # type: ignore[import-not-found]
from plivo.version import __version__  # type: ignore[import-not-found]
from plivo.xml.PlivoXMLElement import PlivoXMLElement  # type: ignore[import-not-found]

WANTED = frozenset(
    ("Response", "Speak", "sub", "Play", "Wait", "GetInput", "GetDigits", "Dial", "Number", "Redirect", "Hangup")
)
"""The elements of Plivo's documents that a call with keys may need."""


def described(element: Any) -> dict[str, object]:
    """Return the attributes and inner elements that Plivo's library allows for an element, and whether it allows text.

    Each argument of the element gets a value, so that the library writes every attribute.
    """
    arguments = [name for name in inspect.signature(element.__init__).parameters if name not in {"self", "content"}]
    takes_content = "content" in inspect.signature(element.__init__).parameters
    made = element(**({"content": "1"} if takes_content else {}), **dict.fromkeys(arguments, 1))
    return {"attributes": sorted(made.to_dict()), "children": sorted(element._nestable), "text": takes_content}


found = {
    str(getattr(each, "_name", "")): described(each)
    for _, each in inspect.getmembers(xml, inspect.isclass)
    if issubclass(each, PlivoXMLElement) and getattr(each, "_name", "") in WANTED
}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(what)}" for name, what in sorted(found.items()))
sys.stdout.write(f'{{"plivo": "{__version__}", "elements": {{\n{lines}\n}}}}\n')
