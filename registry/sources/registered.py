"""The kinds of source, by name. They are imported when they are used, since some bring heavy libraries."""

from __future__ import annotations

SOURCES = (
    ("bom", "registry.sources.bom.source", "BomSource"),
    ("cache", "registry.sources.cache", "CacheSource"),
    ("card", "registry.sources.card.records", "CardSource"),
    ("dump", "registry.sources.dump.source", "DumpSource"),
    ("ecosystem-graphs", "registry.sources.layers.ecosystem_graphs", "EcosystemGraphsSource"),
    ("epoch", "registry.sources.layers.epoch", "EpochSource"),
    ("folder", "registry.sources.folder.source", "FolderSource"),
    ("hub", "registry.sources.hub.source", "HubSource"),
    ("models-dev", "registry.sources.layers.models_dev", "ModelsDevSource"),
    ("seed", "registry.sources.seed", "SeedSource"),
)
"""Name, module and class of every source, sorted."""
