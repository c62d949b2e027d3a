"""Fixtures of the whole suite, which tests have to do with a database, and which come first."""

from collections.abc import Generator

import pytest

pytest_plugins = [
    "jiceng.kernel.testing.fixtures",
    "jiceng.kernel.testing.ledger_open",
    "jiceng.kernel.testing.browser",
    "jiceng.systems.grid.tests.scene",
    "jiceng.systems.secretary_projects.tests.scene",
    "tests.bad_input.telling",
]
OF_A_DATABASE = {"db", "transactional_db"}


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark what a second database could answer differently, for the rest need not run twice; then
    put the longest first, so that no core waits for one at the end.

    A test that is skipped somewhere may be skipped for the database.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        asks = item.get_closest_marker("django_db") or item.get_closest_marker("skipif")
        if asks or fixtures & OF_A_DATABASE:
            item.add_marker("database")
    yield
    # After the dice of the random order.
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)
