"""Scanner: finds where application code names or loads a model, with file and line.

A plug point. May import `registry.policy` and everything below it; never the catalogue or the knowledge.
A language that takes several files has a folder. To find models in one more kind of file: one file here, one line in `registered.py`, one test file.
"""
