"""Adds the verdict of Plivo's Python library to the webhooks of ask.mjs, whose first lines say how to run both."""

import json
import sys
from typing import Any

from plivo.utils.signature_v3 import validate_v3_signature  # type: ignore[import-not-found]
from plivo.version import __version__  # type: ignore[import-not-found]


def ask(hook: dict[str, Any]) -> bool | str:
    """Return the verdict of Plivo's Python library on a webhook's signature, or the name of the error that it raises.

    The library changes the fields that it is given, so it gets new ones.
    """
    fields: dict[str, Any] = {}
    for name, value in hook["form"]:
        fields[name] = [fields[name], value] if name in fields else value
    try:
        found: bool = validate_v3_signature(
            hook["method"], hook["url"], hook["nonce"], hook["token"], hook["signature"], fields
        )
    except Exception as error:  # any of them is an answer
        return type(error).__name__
    return found


answers = json.load(sys.stdin)
lines = ",\n".join(
    json.dumps({**hook, "python": ask(hook)}, ensure_ascii=False, separators=(",", ":")) for hook in answers["webhooks"]
)
sys.stdout.write(f'{{"node": "{answers["node"]}", "python": "{__version__}", "webhooks": [\n{lines}\n]}}\n')
