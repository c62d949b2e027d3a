"""The systems of the mission, one folder each, all alike."""
