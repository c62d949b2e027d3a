"""Notices 公示: the public projection of a record, for a period, with answers from the public."""
