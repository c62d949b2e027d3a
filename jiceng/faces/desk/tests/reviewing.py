"""Opening the pages of a review as a browser does."""

from typing import Any

from django.test import Client
from django.urls import reverse

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.panel import Show


def desk(capacity: Capacity) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(capacity.officer)
    return client


def text(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode("utf-8-sig")
    return str(answer.content.decode())


def at(show: Show, name: str, *arguments: object) -> str:
    return reverse(f"desk:reviews:{name}", args=[show.review.uid, *arguments])
