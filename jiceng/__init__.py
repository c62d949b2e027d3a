"""Jiceng 基层: an open platform for grassroots governance."""
