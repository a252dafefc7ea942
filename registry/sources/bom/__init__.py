"""Bills of materials of others and of our own: CycloneDX and SPDX 3, read into records."""
