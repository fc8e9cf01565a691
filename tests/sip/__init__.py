"""Tests that make real calls over SIP."""

from ivr.wiring.carriers import PROVIDERS

VOICEMAIL = "+919999900007"
"""The only telephone of the second line's reception."""

CARRIERS = tuple(PROVIDERS)
"""The carriers over which each call is made, side by side."""
