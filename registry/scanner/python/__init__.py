"""Python by its syntax tree, never by running it: names followed through scopes, values, calls and the other files of an application."""
