"""Real calls over SIP."""

VOICEMAIL = "+919999900007"
"""The only telephone of the second line's reception."""

CARRIERS = ("Twilio", "Plivo")
"""The carriers over which each call is made, side by side."""
