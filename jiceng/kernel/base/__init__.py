"""The ground: the clock, refusals, text, identifiers, registries."""
