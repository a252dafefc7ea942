"""Bills of materials: CycloneDX and SPDX 3, each held against its schema, and how complete a bill is."""
