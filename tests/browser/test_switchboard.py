"""The page of the hours in a real browser: two taps change what the next caller hears, one more undoes it."""

from playwright.sync_api import expect

from tests.browser.conftest import Opens, Service


def test_two_taps_close_the_clinic_for_today_and_the_next_call_hears_it(opens: Opens, service: Service) -> None:
    assert "We are open until half past eight this evening." in service.phone.rings().words
    page = opens("meena", size="phone")
    page.goto("/desk/hours")
    page.click("summary >> text=Closed today")
    page.select_option("#closed-reason", label="Diwali")
    page.click("text=Close for today")
    expect(page.get_by_role("status")).to_contain_text("Callers hear it from the next call.")
    for lang, words in (("en", "We are closed today because of Diwali."), ("hi", "दिवाली के कारण आज क्लिनिक बंद है।")):
        assert words in service.phone.rings(lang=lang).words
    page.click("button >> text=Undo")
    expect(page.get_by_role("status")).to_contain_text("The change is undone.")
    assert "We are open until half past eight this evening." in service.phone.rings().words
