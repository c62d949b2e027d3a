"""A fictional year of one zone, written as acts."""
