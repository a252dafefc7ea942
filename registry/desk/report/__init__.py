"""Compliance reports: everything that stands in one, gathered before it is given a form."""
