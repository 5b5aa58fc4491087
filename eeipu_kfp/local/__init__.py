"""Tuning on this machine: folders, the lock, and all parts put together."""
