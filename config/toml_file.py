"""Reads a TOML file into a checked model, or reports its errors: the key, the value, and the value expected."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class BadFile(Exception):
    """A configuration file is invalid. The message names each wrong key with its value and what was expected."""


class Strict(BaseModel):
    """A section of a configuration file; an unknown key in the section is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Strict)


def load(path: Path, model: type[Model], context: Callable[[Mapping[str, Any]], Any] | None = None) -> Model:
    """Return the content of a TOML file as this model. Raises BadFile.

    `context` makes pydantic's validation context from the whole content.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return model.model_validate(written, context=context(written) if context else None)
    except UnicodeDecodeError as odd:
        raise BadFile(f"{path}: is not UTF-8; expected a text saved as UTF-8") from odd
    except OSError as missing:
        raise BadFile(f"{path}: cannot be read ({missing.strerror})") from missing
    except tomllib.TOMLDecodeError as broken:
        raise BadFile(f"{path}: is not TOML: {broken}") from broken
    except ValidationError as refused:
        raise BadFile("\n".join(f"{path.name}: {_complaint(error)}" for error in refused.errors())) from refused


def _complaint(error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    expected = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{key}: is missing"
    if error["type"] == "extra_forbidden":
        return f"{key}: no such key is known; is it misspelt?"
    if key == "the file":
        return expected
    return f"{key} = {error['input']!r}: {expected}"
