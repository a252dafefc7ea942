"""Bills of materials: what a bill is about, gathered from the catalogue, folders, the Hub and records of runs."""
