"""A carrier on this machine that answers real telephones over SIP: for tests, and for `make ring`.

Reaches no other machine. Knows no carrier's dialect: it signs and reads through the port.
"""
