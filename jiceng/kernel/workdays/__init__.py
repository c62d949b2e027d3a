"""Workdays and clocks: published calendars, limits, pauses with a legal cause, extensions."""
