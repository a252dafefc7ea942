"""The tables, one file a layer. They describe the schema that the migrations make; they never create it.

Every constraint is named, since SQLite can only alter what it can name. Text that is sorted or compared uses the byte order
of UTF-8 on both engines. `schema.py` gathers all tables. A change here needs a migration; a test compares the two.
"""
