"""A model folder: what its files say, without loading or unpickling anything."""
