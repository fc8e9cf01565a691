"""Choosing a carrier: a request is answered by the carrier whose signature it bears, else by the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import pytest

from ivr.carrier.carriers import Carriers, NoSuchCarrier
from ivr.carrier.port import Carrier


@dataclass(frozen=True)
class Signs:
    """A carrier that takes a request for its own if the request has this header."""

    header: str

    def bears(self, headers: Mapping[str, str]) -> bool:
        return self.header in headers


ONE, OTHER = (cast("Carrier", Signs(header)) for header in ("X-One", "X-Other"))  # only `bears` is called here
BOTH = Carriers({"One": ONE, "Other": OTHER})


@pytest.mark.parametrize(
    ("headers", "answers"),
    [
        ({"X-One": "1"}, ONE),
        ({"X-Other": ""}, OTHER),
        ({"X-Other": "1", "X-One": "1"}, ONE),
        ({"X-Third": "1"}, ONE),
        ({}, ONE),
    ],
)
def test_the_carrier_answers_whose_header_a_request_bears(headers: dict[str, str], answers: Carrier) -> None:
    assert BOTH.of(headers) is answers


def test_the_name_in_an_address_counts_only_where_no_header_says_who_asks() -> None:
    assert (BOTH.of({}, "Other"), BOTH.of({"X-One": "1"}, "Other"), BOTH.of({}, "Third")) == (OTHER, ONE, ONE)


def test_a_carrier_is_asked_for_by_its_name_and_one_that_is_not_there_is_said_to_be_so() -> None:
    assert (BOTH.named("Other"), BOTH.named("")) == (OTHER, ONE)
    with pytest.raises(NoSuchCarrier, match="no carrier is Third; there are One, Other"):
        BOTH.named("Third")
