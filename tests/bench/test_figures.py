"""The arithmetic of a benchmark: ratios round by round, percentiles, and goals that are met or missed."""

import pytest

from bench.figures import BenchFailed, Goal, Ratios, Row, Size, number, percentile, spread


def test_a_ratio_is_taken_round_by_round() -> None:
    """The ratio compares figures of the same round, since a machine slow in a round is slow for both programs."""
    found = Ratios.of([10.0, 100.0, 12.0], [5.0, 50.0, 4.0])
    assert (found.median, found.spread) == (2.0, "2–3")


def test_ratios_need_both_figures_of_each_round() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Ratios.of([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("of_hundred", "found"), [(50, 50), (99, 99), (100, 100), (0, 1), (99.5, 100)])
def test_a_percentile_is_a_figure_that_was_measured(of_hundred: float, found: float) -> None:
    assert percentile([float(each) for each in range(100, 0, -1)], of_hundred) == found


def test_of_two_figures_the_worse_is_the_99th_percentile() -> None:
    assert percentile([1.0, 9.0], 99) == 9.0


def test_no_percentile_without_figures() -> None:
    with pytest.raises(BenchFailed):
        percentile([], 50)


@pytest.mark.parametrize(
    ("goal", "measured", "verdict"),
    [
        (Goal(200, "MB"), 200, "met"),
        (Goal(200, "MB"), 250, "missed by 25%"),
        (Goal(200, "MB"), 500, "missed, 2.50 times that"),
        (Goal(1.2, at_least=True), 1.3, "met"),
        (Goal(1.2, at_least=True), 0.6, "missed by 50%"),
        (Goal(0, "to Redis"), 0, "met"),
        (Goal(0, "to Redis"), 3, "missed"),
    ],
)
def test_a_goal_says_by_how_much_it_is_missed(goal: Goal, measured: float, verdict: str) -> None:
    assert goal.verdict(measured) == verdict


def test_a_row_shows_its_figure_with_the_unit_of_the_goal() -> None:
    row = Row.judged("all of it", 425.3, Goal(200, "MB"), note=", warm")
    assert (row.figure, row.goal, row.verdict) == ("425 MB, warm", "at most 200 MB", "missed, 2.13 times that")


def test_a_ratio_s_row_is_judged_by_the_ratio() -> None:
    row = Ratios((0.5, 0.7, 0.8)).row("a key press", "900 µs", Goal(0.7, at_least=True))
    assert (row.ratio, row.spread, row.goal, row.verdict) == ("0.70", "0.50–0.80", "at least 0.70", "met")


@pytest.mark.parametrize(
    ("found", "shown"), [(0.16, "0.16"), (3, "3"), (12.34, "12.3"), (1918.4, "1,918"), (10_000, "10,000")]
)
def test_a_number_has_three_figures(found: float, shown: str) -> None:
    assert number(found) == shown


def test_a_single_figure_has_no_spread() -> None:
    assert (spread([2.0]), spread([2.5, 1.0])) == ("", "1–2.50")


def test_a_trial_has_at_least_the_least() -> None:
    assert (Size().of(5), Size(0.1).of(1500), Size(0.1).of(5, 2)) == (5, 150, 2)
