"""Keeps the service's processes alive, and its Redis where no other is given.

Starts, restarts and stops processes in order; what they do is theirs.
"""
