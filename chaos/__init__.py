"""A chaos campaign: made-up people call a running service while its parts break.

Then each promise made to them is checked.
"""
