"""Figures 指标: a count is a list that can be opened, a ratio two counts, and what is published stays."""
