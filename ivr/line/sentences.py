"""The names of all sentences that the program says, and the blanks that it fills in each.

The words are in config/prompts, which is checked against this at start. A topic of advice adds two of its own.
"""

from collections.abc import Iterable, Mapping

BY_BLANKS: Mapping[tuple[str, ...], str] = {
    ("clinic",): "welcome say_booking say_callback",
    ("greeting",): "greeting_of_line",
    ("until",): "open_until",
    ("reason",): "hours_changed_for closed_now_for closed_today_for closed_early_for",
    (): """
        closed_now closed_today opens_unknown emergency option_repeat_or_back no_days which_day
        which_part which_time withheld key_number number_unknown number_abroad number_premium
        number_ours summary_booking summary_callback kept kept_again promise_booking
        promise_callback kept_more not_kept refused refused_more warning_signs which_topic week please_hold nobody
        person_closed screen silence_1 silence_2 wrong_1 wrong_2 silence_1_number silence_2_number
        offer goodbye fault fault_again
    """,
    ("opens",): "opens_next promise_booking_opening promise_callback_opening",
    ("key",): """
        option_book option_callback option_advice option_hours option_person option_language
        option_morning option_afternoon option_evening option_soonest option_right
        option_other_number option_again option_confirm option_start_over option_try_again
        option_take
    """,
    ("day", "key"): "option_day",
    ("day", "key", "part"): "option_time",
    ("number",): "own_number keyed_number",
    ("day", "part"): "summary_booking_then summary_callback_then promise_then",
    ("reference",): "reference reference_again",
    ("days", "spans"): "week_days",
    ("days",): "week_days_closed",
    ("day",): "closure",
    ("day", "reason"): "closure_for",
    ("day", "spans"): "closure_half",
    ("day", "reason", "spans"): "closure_half_for",
    ("clinic", "reference"): "text_confirmation",
    ("clinic", "day", "part"): "say_booking_then say_callback_then",
}


def sentences(topics: Iterable[str]) -> dict[str, frozenset[str]]:
    """Every sentence's name with its blanks, where these are the topics of advice."""
    found = {name: frozenset(blanks) for blanks, names in BY_BLANKS.items() for name in names.split()}
    for topic in topics:
        found |= {f"topic_{topic}": frozenset({"key"}), f"advice_{topic}": frozenset()}
    return found
