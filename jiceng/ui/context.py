"""What every page knows about the site."""

import json
import tomllib
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

LARGE_COOKIE = "large"

# No style element and no eval: both are what the Content-Security-Policy forbids. Answers of
# 4xx and 5xx are shown, since they say in words what happened.
HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        # Without "style": a text field that was drawn larger has one, and the policy forbids it.
        "attributesToSettle": ["class", "width", "height"],
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "[45]..", "swap": True, "error": True},
        ],
    }
)


@cache
def version() -> str:
    """Return the version of the software, as ``pyproject.toml`` states it."""
    project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def site(request: HttpRequest) -> dict[str, Any]:
    """Return ``site``: name, zone, whether its records are fictional, version, type size."""
    return {
        "site": {
            "name": _("基层"),
            "zone": settings.ZONE_NAME or _("开放的基层治理平台"),
            "fictional": not settings.PRODUCTION,
            "version": version(),
            "language": get_language() or settings.LANGUAGE_CODE,
            "large": request.COOKIES.get(LARGE_COOKIE) == "1",
            "htmx_config": HTMX_CONFIG,
        }
    }
