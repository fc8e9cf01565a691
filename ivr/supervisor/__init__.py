"""Keeps the service's processes running, and an embedded Redis where REDIS_URL names none.

Starts, restarts and stops processes in order. Does none of their work.
"""
