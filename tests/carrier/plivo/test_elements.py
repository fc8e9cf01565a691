"""The table of elements by which we write Plivo's documents: Plivo's own library knows each element and attribute."""

import json
from pathlib import Path
from typing import Any

import pytest

from ivr.carrier.plivo.elements import ELEMENTS

LIBRARY: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "signatures" / "elements.json").read_text())[
    "elements"
]
"""The elements of Plivo's Python library, as signatures/elements.py wrote them down."""


@pytest.mark.parametrize("name", ELEMENTS)
def test_an_element_has_only_attributes_and_children_that_the_carriers_library_knows(name: str) -> None:
    rule, theirs = ELEMENTS[name], LIBRARY[name]
    assert set(rule.attributes) <= set(theirs["attributes"])
    assert rule.children <= set(theirs["children"])
    assert (rule.text is not None) == theirs["text"]
    assert rule.required <= set(rule.attributes)
    assert rule.children <= set(ELEMENTS)
