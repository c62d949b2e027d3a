"""Fixtures of the whole suite."""

pytest_plugins = [
    "jiceng.kernel.testing.fixtures",
    "jiceng.kernel.testing.ledger_open",
    "jiceng.kernel.testing.browser",
    "jiceng.systems.grid.tests.scene",
]
