"""Lineage: how terms travel from ancestor to descendant, and what meets where they arrive.

Pure: no files, database, clock or environment. May import `registry.terms` and everything below it.
To add a relation, add it to `data/relations.yaml` with its row of the composition table; nothing here changes.
"""
