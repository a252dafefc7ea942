"""What others gathered on the layers: Ecosystem Graphs, models.dev, Epoch."""
