"""What is to be done about every new request: the names of the errands, and which of them are switched on."""

TELL_STAFF = "tell_staff"
CONFIRM_TO_CALLER = "confirm_to_caller"


def tasks(text_confirmations: bool) -> tuple[str, ...]:
    """The errands that a new request makes."""
    return (TELL_STAFF, CONFIRM_TO_CALLER) if text_confirmations else (TELL_STAFF,)
