"""Fixtures of the whole suite, and which tests have anything to do with a database."""

import pytest

pytest_plugins = [
    "jiceng.kernel.testing.fixtures",
    "jiceng.kernel.testing.ledger_open",
    "jiceng.kernel.testing.browser",
    "jiceng.systems.grid.tests.scene",
]
OF_A_DATABASE = {"db", "transactional_db"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a second database could answer differently: the rest need not run twice.

    A test that is skipped somewhere may be skipped for the database.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        asks = item.get_closest_marker("django_db") or item.get_closest_marker("skipif")
        if asks or fixtures & OF_A_DATABASE:
            item.add_marker("database")
