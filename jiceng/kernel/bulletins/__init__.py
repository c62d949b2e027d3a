"""Bulletins 简报: an article whose words are free and whose every number is a figure."""
