"""The cast and the tools that every test shares."""
