"""The charts of the reports. Browsers draw them from the page's tables; without charts, the tables say the same."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from ivr.diary.appointments import AppointmentStatus
from ivr.diary.desk_diary import DeskBooking
from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service
from tests.browser.test_every_page import calls_of_today

OF_CALLS = (
    *("against_before", "calls_by_day", "served_by_day"),
    *("calls_by_hour", "choices", "calls_came_to", "reception", "calls_ended"),
)
"""The tables of the reports that are not empty if there are calls, but no appointments and no requests."""

COLOURS = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const found = new Set();
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at + 3] === 255) found.add([...pixels.slice(at, at + 3)].join());
  return [...found];
}"""
"""A script that returns every colour that is drawn in a chart."""


def drawn(page: Page, key: str) -> set[str]:
    found: list[str] = page.locator(f"canvas[data-table={key}]").evaluate(COLOURS)
    return set(found)


def lead(page: Page) -> str:
    """Return the colour that a chart's bars should have in the page's present scheme of colours."""
    return shade(page, "lead")


def shade(page: Page, name: str) -> str:
    written = page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()")
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
    expect(canvases).to_have_count(len(OF_CALLS))  # of appointments and requests there are none yet
    for key in OF_CALLS:
        assert lead(page) in drawn(page, key)
    by_day = lead(page)
    page.emulate_media(color_scheme="dark")
    assert lead(page) != by_day
    assert lead(page) in drawn(page, "choices"), "while it is open, too"
    expect(page.locator("canvas[data-table=calls_by_hour]")).to_have_attribute(
        "aria-label", re.compile(r"^Calls by hour\. Busiest from 10:00: \d+ calls\.$")
    )
    expect(page.locator("#choices")).to_be_hidden()
    page.locator(".figure", has=page.locator("#choices")).get_by_text("The numbers").click()
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


CONTRAST = """() => {
  const light = (name) => {
    const written = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const parts = [1, 3, 5].map((at) => parseInt(written.slice(at, at + 2), 16) / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ratio = (one, other) => Math.max(light(one), light(other)) / Math.min(light(one), light(other));
  return [ratio("lead", "pale"), ratio("lead", "paper")];
}"""
"""A script that returns two contrast ratios by WCAG: of a chart's two shades, and of its bars against the page."""

TITLES = """canvas => {
  const chart = Chart.getChart(canvas);
  return chart.data.labels.map((_label, index) => {
    chart.tooltip.setActiveElements([{ datasetIndex: 0, index }], { x: 0, y: 0 });
    chart.update();
    return chart.tooltip.title.join("|");
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_shades_of_a_picture_are_told_apart_without_seeing_colours(
    opens: Opens, service: Service, scheme: Literal["light", "dark"]
) -> None:
    calls_of_today(service)
    service.phone.rings().press("2", "1", "1", "1")
    page = opens()
    page.click("text=New request")
    page.fill("#phone", "099999 00007")
    page.click("button.first")
    expect(page.locator("#history")).to_be_visible()
    page.emulate_media(color_scheme=scheme)
    page.goto("/desk/reports?period=today")
    assert min(page.evaluate(CONTRAST)) >= 3
    for name in ("lead", "pale"):
        assert shade(page, name) in drawn(page, "requests_made")


BARS = """canvas => {
  const chart = Chart.getChart(canvas);
  return chart.data.datasets.map((_set, at) => chart.getDatasetMeta(at).data[0].getProps(["x", "y", "width", "base"]));
}"""
"""A script that returns where a chart's first bar of each series is drawn."""


def test_what_adds_up_is_drawn_on_end_and_what_does_not_beside_each_other(opens: Opens, service: Service) -> None:
    """Filled, missed and free hours, which add up to a day, are stacked; two periods stand side by side."""
    calls_of_today(service)
    services, now = service.services, service.services.clock()
    asha = By("asha", now)
    for hour in (10, 11):
        wanted = DeskBooking(now.replace(hour=hour), None, "Made Up", "main", "en", f"0000{hour}")
        appointment_id = services.diary.desk.book(wanted, asha)
    services.diary.desk.mark(appointment_id, AppointmentStatus.NOSHOW, asha)
    page = opens()
    page.goto("/desk/reports?period=today")
    filled, missed, free = page.locator("canvas[data-table=filled_by_day]").evaluate(BARS)
    assert filled["y"] == missed["y"] == free["y"]
    assert filled["base"] < missed["base"] == filled["x"] < free["base"] == missed["x"] < free["x"]
    for name in ("lead", "pale", "quiet"):
        assert shade(page, name) in drawn(page, "filled_by_day")
    now_bar, before = page.locator("canvas[data-table=against_before]").evaluate(BARS)
    assert now_bar["base"] == before["base"]
    assert now_bar["y"] < before["y"]


ROOM = """canvas => {
  const { data, scales } = Chart.getChart(canvas);
  const most = Math.max(...data.labels.map((label) => label.length));
  return scales.y.height / data.labels.length - most * Chart.defaults.font.size * 1.2;
}"""
"""A script that returns the pixels between two row names of a chart, if both had as many lines as the longest name."""


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("words", ["en", "hi"])
def test_no_name_of_a_row_lies_on_another(opens: Opens, service: Service, size: str, words: str) -> None:
    calls_of_today(service)
    page = opens(size=size, words=words)
    page.goto("/desk/reports?period=week")
    room = {
        key: page.locator(f"canvas[data-table={key}]").evaluate(ROOM)
        for key in ("choices", "calls_came_to", "reception", "against_before")
    }
    assert min(room.values()) >= 0, room


def test_what_a_tooltip_says_is_what_the_table_says(opens: Opens, service: Service) -> None:
    calls_of_today(service)
    page = opens()
    page.goto("/desk/reports?period=week")
    titles = page.locator("canvas[data-table=calls_came_to]").evaluate(TITLES)
    assert titles == [each.strip() for each in page.locator("#calls_came_to tbody th").all_text_contents()]


def test_on_paper_the_numbers_stand_in_place_of_the_pictures_in_the_colours_of_paper(
    opens: Opens, service: Service
) -> None:
    calls_of_today(service)
    page = opens()
    page.emulate_media(color_scheme="dark")
    page.goto("/desk/reports?period=week")
    page.locator(".figure", has=page.locator("#choices")).get_by_text("The numbers").click()
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for key in OF_CALLS:
        expect(page.locator(f"#{key}")).to_be_visible()
        expect(page.locator(f"canvas[data-table={key}]")).to_be_hidden()
    expect(page.locator("#choices tbody th").first).to_have_css("color", "rgb(29, 39, 36)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("#choices")).to_be_visible()
    expect(page.locator("#calls_ended")).to_be_hidden()
