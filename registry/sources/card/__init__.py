"""Model cards as people write them: front matter, text, and the records they come to."""
