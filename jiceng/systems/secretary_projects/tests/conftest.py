"""Who looks at a page, and when."""

from typing import Any

import pytest
from django.test import Client

from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects.tests.scene import Enter


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Return a function that signs somebody in, at an instant."""

    def sign_in(who: Capacity | None, at: Any) -> Client:
        monkeypatch.setattr("jiceng.kernel.base.clock.read", lambda: at)
        client = Client()
        if who is not None:
            backend = "django.contrib.auth.backends.ModelBackend"
            client.force_login(who.officer, backend=backend)
        return client

    return sign_in
