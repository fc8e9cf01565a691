"""A bounded campaign: rings the running service while each of its parts breaks, then reckons up what was promised."""
