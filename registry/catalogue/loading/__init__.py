"""Loading: listings of any size written in one transaction, at the rate of the database.

`load.Load` is the door. `things` writes the models, datasets and developers themselves, `statements` what is said about licences,
`links` the lineage, `remarks` what could not be read. What it writes is what `ingest` would write of the same rows.
"""
