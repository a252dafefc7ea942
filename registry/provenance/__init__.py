"""Provenance: digests of artefacts, statements about how they came to be, and signatures over both.

May import `registry.policy` and everything below it; never the catalogue or the knowledge.

What a signed model folder holds beside the model, named in `layout`:

- `provenance.json`: a DSSE envelope around an in-toto Statement v1 with SLSA provenance v1 (`statement`), made from a `run.Run`;
- `terms.json`: a DSSE envelope around an in-toto statement with a predicate of ours (`terms`, `data/schemas/terms-1.schema.json`);
- `model.sig`: the signature over all other files, in the format of OpenSSF model signing v1.0 (`model_signature`).

All three are about one digest: SHA-256 over the digests of the files, sorted by name (`digests.tree_digest`).
To add a kind of statement, add one file that builds it and one test that verifies it.
"""
