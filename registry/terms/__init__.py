"""Terms: what a licence allows, forbids and asks for, and what that means for a use.

Pure: no files, database, clock or environment. May import `registry.supplychain` and `registry.errors`.
To add a fact, a duty or a field of use, edit `data/vocabulary.yaml`; nothing here changes.
"""
