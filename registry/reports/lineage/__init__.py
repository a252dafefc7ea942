"""Pictures of a lineage: SVG, DOT, Mermaid."""
