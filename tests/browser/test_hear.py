"""The page "Callers hear" in a browser: a call on a future closed day can be read up to its promise."""

from playwright.sync_api import expect

from ivr.line.hours import DeskClosure
from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service
from tests.people import Clock


def test_a_manager_reads_what_will_be_heard_on_a_closed_day_and_unfolds_the_call_to_its_promise(
    opens: Opens, service: Service, clock: Clock
) -> None:
    services = service.services
    services.hours.closures.set([DeskClosure(clock().date().replace(day=29), "", (), "diwali")], By("asha", clock()))
    page = opens("asha", size="phone", js=False)
    page.goto("/desk/hours")
    page.click("text=Read the whole call >> nth=0")
    page.click("text=Diwali: Sun 29 Nov")
    call = page.get_by_role("article", name="The call")
    expect(call).to_contain_text("We are closed today because of Diwali.")
    clock.shows(2026, 11, 29, 9, 30)
    for words in service.phone.rings().heard:
        expect(call).to_contain_text(words)
    for label in (
        "For a call back",
        "For as soon as possible",
        "If that is right",
        "To confirm",
        "The request is saved",
    ):
        call.locator("summary:visible", has_text=label).first.click()
    heard = service.phone.rings().press("2", "1", "1", "1").heard[:2]
    for words in heard:
        expect(call.get_by_text(words, exact=True).locator("visible=true")).to_have_count(1)


def test_a_pointer_unfolds_what_it_leads_to_without_a_script_too(opens: Opens) -> None:
    page = opens("asha", js=False)
    page.goto("/desk/hear")
    call = page.get_by_role("article", name="The call")
    for label in ("For an appointment", "Tuesday"):
        call.locator("summary:visible", has_text=label).first.click()
    pointer = call.locator("a[href^='#after-']:visible").first
    target = page.locator(pointer.get_attribute("href") or "")
    first = target.locator("p:not(.unseen)").first
    expect(first).to_be_hidden()
    pointer.click()
    expect(first).to_be_visible()
