"""The physical limit: the same unit of work, written by hand, without any framework."""
