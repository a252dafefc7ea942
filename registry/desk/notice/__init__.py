"""What has to go along with models: the bundle, its parts and texts, and what a folder lacks."""
