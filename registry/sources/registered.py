"""The kinds of source, by name. They are imported when they are used, since some bring heavy libraries."""

from __future__ import annotations

SOURCES = (
    ("bom", "registry.sources.bom", "BomSource"),
    ("cache", "registry.sources.cache", "CacheSource"),
    ("card", "registry.sources.card_records", "CardSource"),
    ("dump", "registry.sources.dump", "DumpSource"),
    ("ecosystem-graphs", "registry.sources.ecosystem_graphs", "EcosystemGraphsSource"),
    ("epoch", "registry.sources.epoch", "EpochSource"),
    ("folder", "registry.sources.folder", "FolderSource"),
    ("hub", "registry.sources.hub", "HubSource"),
    ("models-dev", "registry.sources.models_dev", "ModelsDevSource"),
    ("seed", "registry.sources.seed", "SeedSource"),
)
"""Name, module and class of every source, sorted."""
