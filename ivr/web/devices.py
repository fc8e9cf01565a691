"""Remembers in a cookie who has logged in on a device, so that strangers' failed logins do not lock them out.

The cookie grants no access. With it, these people's failed logins on this device are counted separately. The cookie is
encrypted, so that nobody can read from it who works at this desk. It holds only the people's ids.
"""

import hashlib
import json
import secrets
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface

from ivr.storage.encryption import Unreadable
from ivr.web.services import services

LASTS = 180 * 24 * 3600
"""The seconds for which a device is known after the last login on it."""

MOST = 20
"""The most people that the cookie of a device remembers: as many as work at one desk."""

NEW = "device_cookie"
"""The name, in Flask's `g`, of a new value for the device's cookie. The answer to this HTTP request sets the cookie."""


class SessionsAndDevices(SecureCookieSessionInterface):
    """Saves Flask's session cookie in each answer, and after a login also the cookie that remembers the device."""

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Set the cookies of this answer: the session's, and the device's where somebody has just logged in."""
        super().save_session(app, session, response)
        if NEW in g:
            secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
            response.set_cookie(_cookie(), g.get(NEW), LASTS, secure=secure, httponly=True, samesite="Lax")


def known_to(person_id: int | None) -> str:
    """Return a hash that identifies this device, if this person has logged in on it before; else ""."""
    key, people = _device()
    return hashlib.sha256(key.encode()).hexdigest() if key and person_id in people else ""


def remember(person_id: int) -> None:
    """Remember, by a cookie of this answer, that the person has logged in on this device."""
    key, people = _device()
    people = [person_id, *(each for each in people if each != person_id)][:MOST]
    words = json.dumps([key or secrets.token_hex(16), people])
    setattr(g, NEW, services().staff.devices.encrypt(words))


def _device() -> tuple[str, list[int]]:
    """Return this device's random id, and the ids of the people who logged in on it; "" and [] if the cookie is bad."""
    try:
        key, people = json.loads(services().staff.devices.decrypt(request.cookies.get(_cookie(), "")))
    except Unreadable:
        return "", []
    return key, people


def _cookie() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"
