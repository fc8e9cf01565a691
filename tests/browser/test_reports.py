"""The pictures of the reports: drawn from the tables behind them, by the rules of the page; nobody needs them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens, Service
from tests.browser.test_every_page import calls_of_today

COLOURS = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const found = new Set();
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at + 3] === 255) found.add([...pixels.slice(at, at + 3)].join());
  return [...found];
}"""
"""The colours that a picture is drawn in."""


def drawn(page: Page, key: str) -> set[str]:
    found: list[str] = page.locator(f"canvas[data-table={key}]").evaluate(COLOURS)
    return set(found)


def lead(page: Page) -> str:
    """The colour of the bars, as the page has it now."""
    written = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--lead').trim()")
    return ",".join(str(int(each, 16)) for each in re.findall("..", written.removeprefix("#")))


def test_each_picture_is_drawn_in_the_colours_of_the_page_and_breaks_none_of_its_rules(
    opens: Opens, service: Service
) -> None:
    calls_of_today(service)
    page = opens()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/desk/reports?period=week")
    canvases = page.locator("canvas")
    expect(canvases).to_have_count(4)  # of the requests there are none yet
    for key in ("calls_by_hour", "choices", "calls_came_to", "calls_ended"):
        assert lead(page) in drawn(page, key)
    by_day = lead(page)
    page.emulate_media(color_scheme="dark")
    assert lead(page) != by_day
    assert lead(page) in drawn(page, "choices"), "while it is open, too"
    expect(canvases.first).to_have_attribute(
        "aria-label", re.compile(r"^Calls by hour\. Busiest from 10:00: \d+ calls\.$")
    )
    expect(page.locator("#choices")).to_be_hidden()
    page.locator("section", has=page.locator("#choices")).get_by_text("The numbers").click()
    expect(page.locator("#choices")).to_contain_text("an appointment")
    with page.expect_download() as download:
        page.click("text=As a spreadsheet")
    assert download.value.suggested_filename == "reports-all-2026-11-17-2026-11-23.csv"
    assert [each for each in said if "favicon" not in each] == []


def test_without_javascript_the_tables_are_there_and_the_pictures_are_not(opens: Opens, service: Service) -> None:
    calls_of_today(service)
    page = opens(js=False)
    page.click("nav >> text=Reports")
    expect(page.locator("#choices")).to_contain_text("an appointment")
    expect(page.locator("canvas").first).to_be_hidden()
    page.select_option("#line", "third")
    page.click("text=Show")
    expect(page.locator(".notice")).to_contain_text("the third line")
