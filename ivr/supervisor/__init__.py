"""Keeps the processes of the service running, and a Redis server if the settings name none.

Starts, restarts and stops processes in order. Does none of their work.
"""
