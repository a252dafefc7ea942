"""Policy: what an organisation lets through, apart from what the licences say; waivers have an owner and an end.

Pure: no files, database, clock or environment. May import `registry.findings` and everything below it.
To change what an organisation accepts, write a policy file; law is not policy and stands in `data/licenses/`.
"""
