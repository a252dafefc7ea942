"""Writing records: all of a bundle in one transaction, idempotent, with its change set in the history.

`writer.ingest` is the door. `checking` refuses what cannot be, `rows` writes layers by their natural key, `layers` knows the
six layers, `claims` the statements and relations, `cycles` keeps the lineage free of circles.
"""
