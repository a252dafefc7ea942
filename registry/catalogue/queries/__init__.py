"""The questions asked of the catalogue, one file each: a function that takes a connection and gives back frozen values.

Every question has an explicit order; lists are paged by key, not by offset. To add one: a new file; nothing else knows of it.
"""
