"""The diagram of the menu: it shows every place of the table and every arrow between places, and nothing else."""

import re

from config.settings import ROOT
from ivr.line.menu import MENU
from ivr.line.paths.diagram import GIVING_UP, USUALLY, diagram, page
from ivr.line.paths.transitions import transitions
from ivr.line.places import End, Menu, Option


def arrows(drawn: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^    (\w+) -(?:-|\.-)>(?:\|[^|]+\|)? (\w+)$", drawn, re.MULTILINE))


def test_the_menu_in_the_docs_is_that_of_the_table() -> None:
    assert (ROOT / "docs" / "menu.md").read_text() == page(MENU), "make menu"


def test_every_place_is_drawn_and_every_lead_is_an_arrow() -> None:
    drawn = diagram(MENU)
    assert set(re.findall(r"^    (\w+)[\[({>]", drawn, re.MULTILINE)) == set(MENU)
    usual = {(name, lead.to) for name, place in MENU.items() for lead in transitions(place) if lead.by == GIVING_UP}
    every = {(name, lead.to) for name, place in MENU.items() for lead in transitions(place)}
    assert every - {each for each in usual if each[1] == USUALLY} <= arrows(drawn) <= every


def test_a_new_place_and_the_key_that_leads_there_are_drawn() -> None:
    drawn = diagram({"main": Menu(options=(Option("5", "x", "bye"),), gives_up="bye"), "bye": End()})
    assert "    main -->|5| bye" in drawn
    assert "    main -.->|giving up| bye" in drawn


def test_the_page_has_a_row_a_place_with_the_names_of_its_sentences() -> None:
    rows = [line for line in page(MENU).splitlines() if line.startswith("| `")]
    assert len(rows) == len(MENU)
    assert "| `kept` | waits for a key | `kept`, `kept_more` | giving up → `goodbye` |" in rows
