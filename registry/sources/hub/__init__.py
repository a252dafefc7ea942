"""The Hub through its own client: models and datasets, listings, files."""
