"""A server of our own for each journey, which can be stopped on the way, and people who sign in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as installation
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker, walking

PASSWORD = "correct-horse-battery-8"


@pytest.fixture
def server(transactional_db: None) -> Iterator[LiveServer]:
    """Serve the house on loopback."""
    running = LiveServer("127.0.0.1")
    yield running
    if running.thread.is_alive():
        running.stop()


@pytest.fixture
def staffed(grid: Grid, settings: Settings) -> Grid:
    """Return the cast with passwords; hashed fast, for the journey is long enough."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for held in grid.cast.officers:
        held.officer.set_password(PASSWORD)
        held.officer.save(update_fields=["password"])
    return grid


@pytest.fixture
def walk(chromium: Browser, server: LiveServer) -> Callable[..., Any]:
    """Return a function that opens a window for somebody."""
    return lambda **options: walking(chromium, server.url, **options)


def enter(walker: Walker, client: Client) -> None:
    """Let a window go on where a test's own browser stands: signed in, or with cases opened."""
    name = installation.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    walker.context.add_cookies([{"name": name, "value": value, "url": walker.base}])


def sign_in(walker: Walker, staff_no: str) -> None:
    """Sign in by the form, and come to the inbox."""
    walker.go("/desk/login/")
    walker.page.locator("[name=username]").fill(staff_no)
    walker.page.locator("[name=password]").fill(PASSWORD)
    walker.press("登录", to="**/desk/")
    assert walker.page.get_by_role("heading", name="我的待办").is_visible()
