"""Attacks that once worked, and must not work again."""
