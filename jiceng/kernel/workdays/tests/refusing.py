"""Does what must be refused, and sees that nothing was changed by it."""

from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.workdays.models import Clock, Extension, Pause


def refused(code: str, act: Callable[..., object], *arguments: Any, **named: Any) -> Refusal:
    """Do what must be refused with this code and change no row."""
    before = _rows()
    with pytest.raises(Refusal) as refusal:
        act(*arguments, **named)
    assert refusal.value.code == code
    assert str(refusal.value)
    assert _rows() == before
    return refusal.value


def _rows() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in (Clock, Pause, Extension)]
