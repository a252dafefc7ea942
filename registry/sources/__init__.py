"""The outside world, read into records: a plug point with one file a kind of source.

Each file has a class that implements `interface.Source` and yields `supplychain.record.Record` bundles; the desk hands them
to the catalogue. To add a kind: its file, its line in `registered.py`, its test. May import the pure rooms and
`registry.errors`, `resources`, `settings`, `yaml12`; never the catalogue.
A kind that takes several files has a folder, in which `source.py` is the source.
"""
