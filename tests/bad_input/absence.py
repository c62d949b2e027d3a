"""Whether a surface that rows wait for is still absent."""

import re
from collections.abc import Callable
from importlib.util import find_spec

from django import forms
from django.conf import settings

Absent = Callable[[], bool]
CLIENTS = re.compile(r"^\s*(?:import|from) (?:urllib\.request|http\.client|requests|httpx)\b", re.M)


def no_package(*names: str) -> Absent:
    """Tell of packages below ``jiceng`` that none of them exists."""
    return lambda: not any(find_spec(f"jiceng.{name}") for name in names)


def no_system(*names: str) -> Absent:
    """Tell of systems that none of them exists."""
    return no_package(*(f"systems.{name}" for name in names))


def fields_of(kind: type[forms.BaseForm]) -> set[str]:
    """Return the names of all fields of a kind of form and of the kinds below it."""
    own = set(getattr(kind, "base_fields", ()))
    return own.union(*(fields_of(below) for below in kind.__subclasses__()))


def no_field(pattern: str) -> Absent:
    """Tell that no form of the house has a field of such a name."""
    return lambda: not any(re.search(pattern, name) for name in fields_of(forms.BaseForm))


def no_client() -> bool:
    """Tell that the product asks no other system for anything."""
    sources = (settings.ROOT / "jiceng").rglob("*.py")
    return not any(
        CLIENTS.search(source.read_text("utf-8"))
        for source in sources
        if "tests" not in source.parts
    )
