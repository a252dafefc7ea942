"""Knowledge: what the licence texts say, read from `data/` into terms.

Reads data files, resolves tags, names, links and SPDX expressions, and knows the version and digest of what it read.
May import `registry.policy` and everything below it; never the catalogue.
To add a licence, add `data/licenses/<id>.yaml`; to add a name for one, add to its `aliases`. No code changes.
"""
