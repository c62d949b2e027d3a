"""Places 位置: one reference system for every coordinate, whatever it was sent in."""
