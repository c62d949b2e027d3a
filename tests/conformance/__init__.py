"""Conformance: every registry is swept, so that what is added later keeps the house's promises."""
