"""Runs of the local runner: whether one may begin, and what is kept of it."""
