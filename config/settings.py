"""Reads the settings from the environment into one frozen value, or reports all errors at once.

The only reader of the environment. Opens no connection.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from config.addresses import is_address, is_bare, is_readable, listening_address, local_url
from config.carrier_settings import CarrierSetting, checked, missing, missing_for_texts
from ivr.storage.engines.address import database_address

ROOT = Path(__file__).resolve().parent.parent

SECRET_LENGTH = 32
"""The fewest characters of a secret; 32 hex digits are 128 bits, the least for a signing key."""

SOCKET_PATH_LIMIT = 100
"""The most bytes of the path of a unix socket; the kernel's own limit is about 107."""


class BadSettings(Exception):
    """The settings do not allow a start. The message has a line for each variable that is missing or invalid."""


class Settings(BaseModel):
    """The settings of the service. The name of a field is the name of its environment variable, in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=True)

    env: Literal["development", "production"] = "production"
    port: int = Field(8000, ge=1, le=65535)
    bind: str = "127.0.0.1"
    public_base_url: str = ""
    database_url: str = Field("", repr=False)
    redis_url: str = Field("", repr=False)
    secret_key: str = Field("", repr=False)
    carrier: Mapping[str, str] = Field(default_factory=dict, repr=False)
    """The values of the variables that carriers declare, by the variables' names; empty if unset."""
    staff_notify_urls: str = Field("", repr=False)
    text_confirmations: bool = False
    fallback_url: str = ""
    metrics_token: str = Field("", repr=False)
    phone_key: str = Field("", repr=False)
    """The secret that opens /phone, the browser's telephone, in development. If empty, /phone stays closed."""
    trusted_proxies: int = Field(0, ge=0, le=5)
    state_dir: Path = ROOT / "var"
    clinic_file: Path = ROOT / "config" / "clinic.toml"

    @field_validator("secret_key")
    @classmethod
    def _secret_is_strong(cls, value: str) -> str:
        if not value:
            raise ValueError('is missing; make one with: python3 -c "import secrets; print(secrets.token_hex(32))"')
        if len(value) < SECRET_LENGTH or len(set(value)) < 8:
            raise ValueError(f"is weak; expected at least {SECRET_LENGTH} random characters")
        return value

    @field_validator("bind")
    @classmethod
    def _bind_is_an_address(cls, value: str) -> str:
        return listening_address(value)

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        return database_address(value) if value else value

    @field_validator("redis_url")
    @classmethod
    def _redis_is_known(cls, value: str) -> str:
        if value and not (value.startswith(("redis://", "rediss://", "unix://")) and is_readable(value)):
            raise ValueError("expected redis://HOST:PORT/0, rediss://… or unix:///PATH")
        return value

    @field_validator("fallback_url")
    @classmethod
    def _address_is_whole(cls, value: str) -> str:
        if value and not is_address(value):
            raise ValueError("expected https://HOST")
        return value

    @property
    def production(self) -> bool:
        """Return whether the service runs in production, with real callers."""
        return self.env == "production"

    @property
    def local_url(self) -> str:
        """The address at which somebody on this machine reaches the web process."""
        return local_url(self.bind, self.port)

    @property
    def embedded_redis(self) -> bool:
        """Return whether the Redis of these settings is the one that the supervisor runs itself."""
        return self.redis_url == f"unix://{self.redis_socket}"

    @property
    def redis_socket(self) -> Path:
        """The path of the embedded Redis's socket: in the state folder, unless its path there is too long."""
        inside = self.state_dir / "redis.sock"
        if len(bytes(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        mark = hashlib.sha256(bytes(self.state_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"clinic-line-{os.getuid()}-{mark}" / "redis.sock"


def read(
    environ: Mapping[str, str], env_file: Path | None = ROOT / ".env", *, carriers: Sequence[CarrierSetting]
) -> Settings:
    """Return the settings from the environment, and from `env_file` where the environment has none.

    Raises BadSettings, whose message names every variable that is missing or invalid.
    """
    lowered: dict[str, Any] = {**in_lower_case(variables_of(env_file)), **in_lower_case(environ)}
    complaints: list[str] = []
    lowered["public_base_url"] = _public_url(lowered, complaints)
    complaints += missing(lowered, carriers)
    complaints += missing_for_texts(lowered, carriers) if _is_on(lowered.get("text_confirmations")) else ()
    lowered["carrier"], odd = checked(lowered, carriers)
    try:
        settings = Settings.model_validate({name: lowered[name] for name in Settings.model_fields if name in lowered})
    except ValidationError as refused:
        complaints += [_complaint(error["loc"], error["msg"]) for error in refused.errors()]
    complaints += [_complaint((name,), why) for name, why in odd]
    if complaints:
        raise BadSettings("The settings do not allow a start:\n" + "\n".join(f"  {line}" for line in complaints))
    return _with_defaults(settings)


def made_for_development(env_file: Path, carriers: Sequence[CarrierSetting]) -> frozenset[str]:
    """Return the secrets that were made up in a developer's settings file, `env_file`; production must not use them.

    The result is empty unless the file has ENV=development.
    """
    found = in_lower_case(variables_of(env_file))
    names = ("secret_key", *(each.name.lower() for each in carriers if each.made_up))
    return frozenset(found[name] for name in names if found.get("env") == "development" and name in found)


def in_lower_case(given: Mapping[str, str]) -> dict[str, str]:
    """Return the non-empty variables by their names in lower case; people may write them in any case."""
    return {name.lower(): value for name, value in given.items() if value}


def variables_of(env_file: Path | None) -> dict[str, str]:
    """Return the non-empty variables of a settings file by name; an empty dict without a file. Raises BadSettings."""
    if env_file is None or not env_file.is_file():
        return {}
    try:
        values = dotenv_values(env_file, interpolate=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadSettings(f"{env_file}: is not UTF-8; expected a text saved as UTF-8") from None
    return {key: value for key, value in values.items() if value}


def _is_on(written: object) -> bool:
    """Return whether a switch is on, read as `Settings` reads its fields; False for a value that it refuses."""
    with suppress(ValidationError):
        return TypeAdapter(bool).validate_python(written)
    return False


def _public_url(given: dict[str, str], complaints: list[str]) -> str:
    url = given.get("public_base_url", "").rstrip("/")
    schemes = ("https", "http") if given.get("env") == "development" else ("https",)
    if url and not is_bare(url, schemes):
        how = "with no path, query or password" if url.isascii() else "a host in other letters as xn--…"
        complaints.append(f"PUBLIC_BASE_URL: expected {schemes[0]}://HOST, {how}")
    elif not url and "http" in schemes:
        with suppress(ValueError):  # which is named where it is checked
            return local_url(listening_address(given.get("bind", "127.0.0.1")), given.get("port", 8000))
    elif not url:
        complaints.append("PUBLIC_BASE_URL is missing; expected the address the carrier calls, https://…")
    return url


def _complaint(place: tuple[int | str, ...], message: str) -> str:
    words = message.removeprefix("Value error, ")
    name = ".".join(str(part) for part in place).upper()
    joint = " " if words.startswith("is ") else ": "
    return f"{name}{joint}{words}" if name else words


def _with_defaults(settings: Settings) -> Settings:
    """Return the settings with the embedded database and Redis in the place of those that are not set."""
    settings = settings.model_copy(update={"state_dir": settings.state_dir.expanduser().absolute()})
    return settings.model_copy(
        update={
            "database_url": settings.database_url or f"sqlite:///{settings.state_dir}/clinic.db",
            "redis_url": settings.redis_url or f"unix://{settings.redis_socket}",
        }
    )
