"""Merging in a real browser: two requests of one person become one, by hand and without JavaScript."""

from playwright.sync_api import expect

from tests.browser.conftest import Opens, Service, next_look_brings


def test_a_request_is_merged_and_that_is_taken_back_without_javascript(opens: Opens, service: Service) -> None:
    kept = service.phone.rings().press("1", "1", "1", "1", "1").reference
    other = service.phone.rings(caller="+919999900002").press("2", "1", "1", "1").reference
    page = opens(js=False, size="phone")
    page.goto(f"/desk/requests/{kept}")
    page.click("text=Same person as another request")
    page.fill("#note", "it is her daughter")
    page.fill("#reference", other)
    page.click("text=Find it")
    expect(page.locator("main")).to_contain_text("99999 00002")
    page.go_back()
    page.reload()
    expect(page.locator("#note")).to_have_value("it is her daughter")
    page.go_forward()
    page.click(f"text=Merge with {other}")
    expect(page.locator("#history")).to_contain_text(f"merged the request {other} with this one")
    page.click("text=Undo")
    expect(page.locator("#history")).to_contain_text("undid that")
    page.goto(f"/desk/requests/{other}")
    expect(page.locator("h1")).to_contain_text(other)


def test_what_was_merged_says_so_on_an_open_card(opens: Opens, service: Service) -> None:
    kept = service.phone.rings().press("1", "1", "1", "1", "1").reference
    other = service.phone.rings().press("2", "1", "1", "1").reference
    theirs, mine = opens("meena"), opens("asha")
    theirs.goto(f"/desk/requests/{other}")
    mine.goto(f"/desk/requests/{kept}")
    mine.click(f"text=Merge with {other}")
    expect(mine.get_by_role("status")).to_contain_text(f"{other}: merged with the request {kept}")
    next_look_brings(theirs, "#live", kept)
    expect(theirs.locator("#live")).to_contain_text(f"Reference {kept}")
