"""What an organisation lets through: its file read, checked, explained, and its schema."""
