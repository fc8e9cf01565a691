"""A carrier on this machine that answers real telephones over SIP: for tests, and for `make ring`.

Reaches nobody but this machine. Knows no carrier's dialect: it signs and reads through the port.
"""
