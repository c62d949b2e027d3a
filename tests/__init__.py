"""Tests over all packages: journeys, house rules, conformance."""
