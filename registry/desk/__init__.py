"""Desk: the use cases, one file a verb; a value goes in, a value comes out. This is the public Python interface.

A verb that takes several files, and verbs that stand together as a group of commands, have a folder of that name.
May import `registry.reports` and everything below it. Prints nothing and reads no environment; commands and pages call it.
To answer a new question: one file in `registry/catalogue/queries/`, one file here, one command in `registry/cli/`.
"""
