"""Figures 指标: a count is a list that can be opened, a ratio two counts; what is published stays.

A figure is defined once by a function that returns rows; number, drill-down, export and test use
those rows. See ``docs/adr/0018-figures.md``.
"""
