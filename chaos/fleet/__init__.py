"""The campaign over several hosts, and the restart of these hosts one after the other while people call."""
