"""The campaign over several hosts, and their restart one after the other."""
