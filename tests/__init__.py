"""The tests mirror the rooms of `registry/`."""
