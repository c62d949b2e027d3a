"""The filing standard as a table: what its columns are, and how one is taken in."""
