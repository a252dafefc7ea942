"""What the worker process runs: one file a task, and the only place where torch and its neighbours are imported."""
