"""Reports: an answer as a document for somebody else to read.

A plug point. May import the rooms of facts (`registry.knowledge`, `registry.catalogue`, ...) and everything below them.
To add a format: one file here, one line in `registered.py`, golden files that are valid by the format's own schema.
"""
