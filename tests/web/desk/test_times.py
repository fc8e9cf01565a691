"""The free times on a card, at a clinic where each practitioner has a column of the diary."""

import re
from pathlib import Path

from tests.clinic import WISHES_ONLY
from tests.conftest import at_the_desk
from tests.web import Serves

TWO = """
[[practitioners]]
key = "shoulder"
name = { en = "the shoulder specialist", hi = "कंधे के विशेषज्ञ" }
minutes = 30
[practitioners.hours]
monday = []
tuesday = ["10:00-11:00"]
wednesday = []
thursday = []
friday = []
saturday = []
sunday = []

[[practitioners]]
key = "knee"
name = { en = "the knee specialist", hi = "घुटने के विशेषज्ञ" }
minutes = 30
"""


def test_each_practitioners_times_are_offered_and_given(tmp_path: Path, serves: Serves) -> None:
    before, _line, after = WISHES_ONLY.partition("\n[again]\n")
    file = tmp_path / "clinic.toml"
    file.write_text(f"{before.replace('patients_at_once = 1', '')}\n{TWO}\n[again]\n{after}", encoding="utf-8")
    with serves(CLINIC_FILE=str(file)) as phone:
        staff = at_the_desk(phone)
        phone.rings().press("1", "2", "1", "1", "1")
        page = staff.does("take", 1)
        chips = re.findall(r'name="at" value="([^"]+)"', page)
        assert chips[2:6] == [
            "2026-11-24T10:00:00+05:30 knee",
            "2026-11-24T10:00:00+05:30 shoulder",
            "2026-11-24T10:30:00+05:30 knee",
            "2026-11-24T10:30:00+05:30 shoulder",
        ]
        assert ">10:00 the shoulder specialist</button>" in page
        page = staff.does("book", 1, at="2026-11-24T09:00:00+05:30 shoulder")
        assert "The clinic is closed at that time." in page
        staff.does("book", 1, at=chips[3])
        (found,) = phone.services.diary.reads.of_phone("+919999900001")
        assert found.schedule == "shoulder"
