"""JavaScript and TypeScript by tree-sitter's syntax tree."""
