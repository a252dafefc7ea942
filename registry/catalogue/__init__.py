"""The catalogue: the only room with SQL. SQLite by default, PostgreSQL by URL, the same tables and questions on both.

`opening.open_catalogue` gives a `Catalogue`; everything else takes the connection of its `reading()` or `writing()`:
`ingest.ingest` writes records, `profiles` keeps what was computed from them, `queries/` holds one question a file, `history`
the chain of change sets, `upgrade` the schema. May import the pure rooms and `registry.errors`, `resources`, `settings`.
To answer one more question: a file in `queries/`. To keep one more fact: the noun in `registry/supplychain/`, its column in
`tables/`, a migration, and a line in `ingest/`.
"""
