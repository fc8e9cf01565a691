"""Tests that make real calls over SIP."""

from ivr.wiring.carriers import PROVIDERS

VOICEMAIL = "+919999900007"
"""The number of the second line's only telephone at the reception, which is a voicemail."""

CARRIERS = tuple(PROVIDERS)
"""The names of all carriers. The tests make each real call over all of them at the same time."""
