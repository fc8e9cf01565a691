"""The pictures of the README, which are exactly the pictures that `make pictures` takes."""

import re

from config.settings import ROOT
from tests.browser.pictures import COLOURS, FOLDER, NAMES, SIZES

TAKEN = {f"{name}-{size}-{colour}.png" for name in NAMES for size in SIZES for colour in COLOURS}


def test_the_pictures_of_the_readme_are_those_that_are_taken() -> None:
    shown = re.findall(r"docs/pictures/([\w-]+\.png)", (ROOT / "README.md").read_text())
    assert set(shown) == TAKEN == {path.name for path in FOLDER.iterdir()}


def test_every_picture_is_described_for_who_cannot_see_it() -> None:
    pictures = re.findall(r"<img [^>]*>", (ROOT / "README.md").read_text())
    assert len(pictures) == len(NAMES) * len(SIZES)
    assert [each for each in pictures if not re.search(r'alt="[^"]{5,}"', each)] == []
