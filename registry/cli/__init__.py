"""The command line: flags in, text out, one file a command group. It holds no rule; it calls `registry.desk`.

The only room that imports click or rich, and the only one that prints. Each file is loaded when its command is called,
and a command imports what it needs inside its body, so that `licet --help` loads click and nothing else.
To add a command: one file here, one line in the table of `main.py`, one heading in the README.
"""
