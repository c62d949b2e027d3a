"""What the environment says, read strictly: a value that cannot be understood stops the start."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """Return a setting of the environment as text, without surrounding space."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or no; anything else raises ``ImproperlyConfigured``."""
    value = text(name).lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} 应为 yes 或 no，现在是 {value!r}")
    return value in TRUE


def choice(name: str, *values: str) -> str:
    """Return one of ``values``, the first where nothing is said; else ``ImproperlyConfigured``."""
    value = text(name) or values[0]
    if value not in values:
        raise ImproperlyConfigured(f"{name} 应为 {' 或 '.join(values)}，现在是 {value!r}")
    return value


def whole(name: str, *, default: int) -> int:
    """Return a whole number ≥ 0; anything else raises ``ImproperlyConfigured``."""
    value = text(name) or str(default)
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} 应为非负整数，现在是 {value!r}")
    return int(value)


def words(name: str) -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def kept_secret(path: Path) -> str:
    """Return the secret in ``path``; the first call makes it, readable by its owner only.

    Of processes that start together one makes it. It gets its name when it is whole, so that no
    other reads half of it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, buffering=0) as fresh:
            fresh.write(secrets.token_urlsafe(50).encode())
            with suppress(FileExistsError):
                os.link(fresh.name, path)
    return path.read_text().strip()
