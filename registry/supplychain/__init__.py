"""The nouns of the foundation-model supply chain and the links between them.

One file a layer: `data`, `compute`, `developer` and `model`, `host`, `application`, `user`; beside them what is said about
the layers: `statement`, `relation`, `acceptance`; `record` bundles what a source yields. Pure: no database, files, network,
clock or environment, and no import from other rooms but `registry.errors`. Dates are ISO text (`2023`, `2023-07` or
`2023-07-18`), so that a date known only to the month stays one. To add a field: the noun here, then its column in
`registry/catalogue/tables/` and a migration.
"""
