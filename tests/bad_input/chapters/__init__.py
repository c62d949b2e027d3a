"""The catalogue, chapter by chapter."""
