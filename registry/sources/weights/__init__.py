"""Weights compared tensor by tensor, as evidence of where a model comes from."""
