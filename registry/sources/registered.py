"""The kinds of source, by name. They are imported when they are used, since some bring heavy libraries."""

from __future__ import annotations

SOURCES = (("seed", "registry.sources.seed", "SeedSource"),)
"""Name, module and class of every source, sorted."""
