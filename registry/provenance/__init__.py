"""Provenance: digests of artefacts, statements about how they came to be, and signatures over both.

May import `registry.policy` and everything below it; never the catalogue or the knowledge.
To add a kind of statement, add one file that builds it and one test that verifies it.
"""
