"""A chaos campaign: calls the running service while each of its parts breaks, then checks every promise."""
