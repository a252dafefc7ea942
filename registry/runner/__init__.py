"""The local runner: fine-tunes, runs, merges and quantises models in a worker process, and records each run.

May import `registry.desk` and everything below it. torch, transformers and peft are imported in `engines/` alone, and `engines/` only by the worker,
so that the command line stays light and a crash of theirs is an event, not an end.
To add a task: one file in `engines/`, one line in `engines/registered.py`, one test file.
"""
