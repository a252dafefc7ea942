"""What people do to and ask of the catalogue itself: entries, users and revenue, headroom, impact, changes, exports, counts."""
