"""Fixtures that every test can ask for. ``conftest.py`` at the root registers them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings as installation
from pytest_django import Settings

from jiceng.kernel.procedures.service import version_of
from jiceng.kernel.testing.cast import MONDAY, Cast, assemble


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the photos of a test run out of the store of the installation."""
    before = installation.MEDIA_ROOT
    installation.MEDIA_ROOT = tmp_path_factory.mktemp("attachments")
    yield
    installation.MEDIA_ROOT = before


@pytest.fixture(scope="session", autouse=True)
def _find_files_when_asked() -> Iterator[None]:
    """Look for a static file when it is asked for: listing all of them anew for every browser of
    a test takes longer than the test."""
    before = installation.WHITENOISE_AUTOREFRESH
    installation.WHITENOISE_AUTOREFRESH = True
    yield
    installation.WHITENOISE_AUTOREFRESH = before


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> Path:
    """Return an empty store of attachments of this test alone."""
    folder = tmp_path / "attachments"
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture
def now() -> datetime:
    """Return a Monday morning."""
    return MONDAY


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:
    """Return the cast, in place since this morning."""
    return assemble(now)


@pytest.fixture(autouse=True)
def _forget_versions() -> None:
    """Forget published versions: the next test's database numbers its own from the same start."""
    version_of.cache_clear()
