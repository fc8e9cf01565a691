"""Tests that make real calls over SIP."""

from ivr.wiring.carriers import PROVIDERS

VOICEMAIL = "+919999900007"
"""The number of the only telephone in the second line's reception, which is a voicemail."""

CARRIERS = tuple(PROVIDERS)
"""The carriers over which each call is made, all at the same time."""
