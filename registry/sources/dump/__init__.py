"""Metadata of the Hub in bulk: parquet, JSON lines, CSV, read in batches."""
