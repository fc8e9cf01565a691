"""The whole menu of the line as a table: the places of a call, their sentences, and where each key leads.

Names only: the sentences are in config/prompts, the engine that follows the table is in engine/.
"""

from collections.abc import Mapping
from dataclasses import replace

from ivr.line.booking import Kind
from ivr.line.places import (
    ChangeWish,
    Changing,
    Checking,
    End,
    Filing,
    Fork,
    Keying,
    Menu,
    Option,
    Passage,
    Place,
    Return,
    Ringing,
    Screening,
)

PERSON, REPEAT, BACK, LANGUAGE = "0", "*", "#", "9"
"""The standing keys: they have the same meaning in every menu."""

SIGNS = "8"
"""The key for all warning signs, in a menu that says the short warning."""

START, HOME, PERSON_PLACE, LANGUAGES_PLACE, SIGNS_PLACE = "welcome", "main", "person", "languages", "signs"

SCREENING = Screening(
    "screen", "option_take", key="1", seconds=(6, 8), misses=2, on_silence="silence_1", on_wrong="wrong_1"
)
"""The question to the person who picks up at the reception; only a key press connects that person to the patient."""

WANTS = (
    Option("1", "option_book", "book", kind=Kind.BOOKING),
    Option("2", "option_callback", "callback", kind=Kind.CALLBACK),
    Option("3", "option_advice", "advice", afresh=True),
    Option("4", "option_hours", "hours", afresh=True),
    Option("5", "option_own", "own", afresh=True),
)
"""The options of the main menu and of the menu "hours". Reports count a choice under the place that it leads to."""

INFORMATION = (replace(WANTS[2], key="1"), replace(WANTS[3], key="2"))
"""The options of a caller who can leave no request."""

UNCHECKED = {"locked": "not_proved", "away": "change_away"}
"""The places after digits of a reference that nobody could compare, or would compare any more."""

MENU: Mapping[str, Place] = {
    "welcome": Passage(("closed_first",), "main", asks=("welcome", "languages", "status", "own_appointments")),
    "main": Menu(options=WANTS, language_leads="welcome"),
    # -- book an appointment: a time of the diary
    "book": Fork("practitioners", {"several": "practitioner", "one": "free"}),
    "practitioner": Menu(("which_practitioner",), offers="practitioners", leads="free", needs=("kind",)),
    "free": Fork("diary", {"free": "first_time", "none": "no_time", "away": "diary_away", "off": "no_booking"}),
    # the earliest time, confirmed with one key where nothing else is to be asked
    "first_time": Fork("at_once", {"yes": "earliest", "no": "times"}),
    "earliest": Menu(
        ("earliest",),
        (
            Option("1", "option_book_it", "confirmed", earliest=True),
            Option("2", "option_other_time", "other_times"),
            Option("3", "option_other_number", "key_number", earliest=True),
        ),
        reads_out="earliest",
        empty="diary_away",
        first=("warning",),
        needs=("kind", "caller"),
    ),
    "other_times": Menu(
        offers="next_times", leads="for_whom", more="free_days", empty="no_other_time", needs=("kind",)
    ),
    "times": Menu(offers="first_times", leads="for_whom", more="free_days", empty="diary_away", needs=("kind",)),
    "free_days": Menu(
        ("which_day",), offers="free_days", leads="free_parts", more="free_days", empty="free", needs=("kind",)
    ),
    "free_parts": Menu(("which_part",), offers="free_parts", leads="free_times", empty="free", needs=("kind", "day")),
    "free_times": Menu(
        ("which_free_time",),
        offers="free_times",
        leads="for_whom",
        more="free_times",
        empty="free",
        needs=("kind", "day", "part"),
    ),
    "time_taken": Passage(("time_taken",), "free"),
    # -- where no time can be given, a wish: a day and a part of it
    "no_time": Passage(("no_free_time",), "wish"),
    "no_other_time": Passage(("no_other_time",), "wish"),
    "diary_away": Passage(("diary_away",), "wish"),
    "no_booking": Passage(("no_booking",), "wish"),
    "diary_full": Passage(("diary_full",), "wish"),
    "wish": Fork("days_left", {"yes": "book_day", "no": "no_days"}),
    "no_days": Passage(("no_days",), "callback", kind=Kind.CALLBACK),
    "book_day": Menu(("which_day",), offers="days", leads="book_part", needs=("kind",)),
    "book_part": Menu(("which_part",), offers="parts", leads="for_whom", needs=("kind", "day")),
    # -- ask for a callback
    "callback": Menu(("which_time",), offers="times", leads="for_whom", needs=("kind",)),
    # -- a family has one telephone: asked where the number has one of that kind already
    "for_whom": Fork("for_whom", {"moves": "move_sure", "known": "whose", "new": "number"}),
    "whose": Menu(
        ("whose",),
        (
            Option("1", "option_same_person", "number", other=False),
            Option("2", "option_somebody_else", "number", other=True),
        ),
        needs=("kind", "caller"),
    ),
    # -- the number to call
    "number": Fork(
        "number", {"time": "time_sure", "own": "own_number", "entered": "keyed_number", "withheld": "withheld"}
    ),
    "time_sure": Menu(
        ("summary",),
        (
            Option("1", "option_confirm", "confirmed"),
            Option("2", "option_other_number", "key_number"),
            Option("3", "option_start_over", "main", leads_back=True),
        ),
        first=("warning",),
        needs=("kind", "caller", "slot"),
    ),
    "withheld": Passage(("withheld",), "key_number"),
    "own_number": Menu(
        ("own_number",),
        (Option("1", "option_right", "summary"), Option("2", "option_other_number", "key_number")),
        needs=("kind", "caller"),
    ),
    "key_number": Keying(("key_number",), "keyed_number", needs=("kind",), gives_up="no_number"),
    "keyed_number": Menu(
        ("keyed_number",),
        (Option("1", "option_right", "summary"), Option("2", "option_again", "key_number", leads_back=True)),
        needs=("kind", "keyed"),
    ),
    "no_number": Fork("caller_known", {"yes": "offer", "no": "without_number"}),
    "without_number": Menu(
        ("without_number", "status"),
        (Option("1", "option_again", "key_number", leads_back=True),),
        needs=("kind",),
        gives_up="goodbye",
        misses=2,
    ),
    # -- confirm and file the request
    "summary": Menu(
        ("summary",),
        (Option("1", "option_confirm", "confirmed"), Option("2", "option_start_over", "main", leads_back=True)),
        first=("warning",),
        needs=("kind", "number"),
    ),
    "confirmed": Fork("requests_left", {"yes": "file", "no": "filed_enough"}),
    "file": Filing(
        {
            "kept": "kept",
            "lost": "not_kept",
            "refused": "refused",
            "booked": "booked",
            "taken": "time_taken",
            "full": "diary_full",
            "unbooked": "diary_away",
        }
    ),
    "booked": Menu(
        ("kept_more",), first=("booked",), needs=("promise", "slot"), ends_on_silence=True, gives_up="goodbye"
    ),
    "kept": Menu(("kept_more",), first=("kept",), needs=("promise",), ends_on_silence=True, gives_up="goodbye"),
    "not_kept": Menu(
        first=("not_kept",),
        options=(Option("1", "option_try_again", "file", leads_back=True),),
        needs=("kind", "number"),
        gives_up="goodbye",
    ),
    # -- an appointment that the caller has: hear it again, move or cancel it
    "own": Fork("own", {"one": "appointment", "several": "which_own", "none": "find"}),
    "which_own": Menu(("which_own",), offers="own", leads="appointment", needs=("own",)),
    "appointment": Menu(
        ("appointment",),
        (
            Option("1", "option_move", "change", change=ChangeWish.MOVE),
            Option("2", "option_cancel", "change", change=ChangeWish.CANCEL),
        ),
        needs=("chosen",),
        answers=True,
    ),
    "change": Fork("proved", {"no": "prove", "move": "free", "cancel": "cancel_sure"}),
    "prove": Keying(("prove",), "check", digits=2, needs=("chosen", "change")),
    "check": Checking({"proved": "change", "wrong": "wrong_digits", "gone": "gone", **UNCHECKED}),
    "wrong_digits": Passage(("wrong_digits",), "prove"),
    "find": Passage(("find",), "find_number"),
    "find_number": Keying(("find_number",), "find_reference", gives_up="not_looked_for"),
    "find_reference": Keying(("find_reference",), "found", digits=6, needs=("keyed",), gives_up="not_looked_for"),
    "not_looked_for": Fork("caller_known", {"yes": "offer", "no": "without_reference"}),
    "without_reference": Menu(
        ("without_number", "status"),
        (Option("1", "option_again", "find_number", leads_back=True),),
        gives_up="goodbye",
        misses=2,
    ),
    "found": Checking({"proved": "appointment", "wrong": "not_found", "gone": "not_found", **UNCHECKED}),
    "not_found": Passage(("not_found",), "find_number"),
    "not_proved": Passage(("not_proved",), "callback", kind=Kind.CALLBACK),
    "change_away": Passage(("change_away",), "callback", kind=Kind.CALLBACK),
    "move_sure": Menu(
        ("move_sure",),
        (Option("1", "option_confirm", "changing"), Option("2", "option_start_over", "main", leads_back=True)),
        needs=("chosen", "change", "proved", "slot"),
    ),
    "cancel_sure": Menu(
        ("cancel_sure",),
        (Option("1", "option_confirm_cancel", "changing"), Option("2", "option_keep", "main", leads_back=True)),
        needs=("chosen", "change", "proved"),
    ),
    "changing": Changing(
        {"moved": "moved", "cancelled": "cancelled", "taken": "time_taken", "gone": "gone", "away": "change_away"}
    ),
    "moved": Menu(("kept_more",), first=("moved",), needs=("slot",), ends_on_silence=True, gives_up="goodbye"),
    "cancelled": Menu(("kept_more",), first=("cancelled",), ends_on_silence=True, gives_up="goodbye"),
    "gone": Passage(("gone",), "main", asks=("own_now",)),
    # -- a call that has filed as many requests as one call may
    "filed_enough": Menu(("refused_more",), INFORMATION, first=("filed_enough",), gives_up="goodbye"),
    # -- a caller who is blocked or over a limit: no request and no reception, but all information
    "refused": Menu(("refused_more",), INFORMATION, first=("refused",), gives_up="goodbye"),
    # -- advice: all warning signs first, in the language that is spoken
    "advice": Passage(("warning_signs_once",), "topics"),
    "topics": Menu(("which_topic",), offers="topics", leads="topic", language_leads="advice"),
    "topic": Menu(
        ("topic", "other_topics"),
        offers="topics",
        leads="topic",
        language_leads="advice",
        needs=("topic",),
        says_options=False,
        answers=True,
    ),
    # -- all warning signs, for a caller who books and asks for them
    "signs": Passage(("warning_signs",), "go_on"),
    "go_on": Return(),
    # -- opening hours, and how to come
    "hours": Menu(("week", "closures", "address"), WANTS, says_options=False, answers=True),
    # -- the menu of languages, if there are more than two: the call continues where 9 was pressed
    "languages": Menu(offers="languages"),
    # -- the reception
    "person": Fork("reception", {"rings": "ring", "enough": "rung_enough", "nobody": "nobody", "closed": "closed_now"}),
    "ring": Ringing(("please_hold",), {"talked": "goodbye", "unanswered": "nobody", "refused": "refused"}, SCREENING),
    "nobody": Passage(("nobody",), "wish_left"),
    "rung_enough": Passage(("rung_enough",), "wish_left"),
    "closed_now": Passage(("reception_closed",), "wish_left"),
    "wish_left": Fork("wish_left", {"yes": "go_on", "no": "call_back_instead"}),
    "call_back_instead": Passage(("call_back_instead",), "callback", kind=Kind.CALLBACK),
    # -- after too many mistakes
    "offer": Menu(("offer",), (replace(WANTS[1], key="1"),), gives_up="goodbye", misses=2),
    "goodbye": End(("goodbye",)),
}
