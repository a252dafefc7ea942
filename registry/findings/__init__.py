"""Findings: what an audit says, each with a stable code, a severity, a confidence and who can mend it.

Pure: no files, database, clock or environment. May import `registry.lineage` and everything below it.
To add a finding, take a free code of its family, add it to the closed table, and give it a test and an entry in the documentation.
"""
