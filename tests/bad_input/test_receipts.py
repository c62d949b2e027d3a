"""No value of another kind in a receipt is believed; what else is bent stands in the catalogue."""

import json
from random import Random
from typing import Any

import pytest

from jiceng.kernel.base.models import Attempt
from tests.bad_input.chapters.receipts import handed_in, sealed_receipt, setting
from tests.bad_input.door import refused, unchanged
from tests.bad_input.town import Town

VALUES: list[Any] = [None, True, -1, 1.5, 2**53, "", "0" * 64, "井盖", [[]], {"a": []}]


@pytest.mark.django_db
def test_no_value_of_another_kind_is_believed(town: Town, sealed: None, dice: Random) -> None:
    document = sealed_receipt(town)
    with unchanged():
        for path in _paths(document):
            Attempt.objects.all().delete()
            for value in dice.sample(VALUES, 3):
                changed = json.loads(json.dumps(document))
                setting(*path, to=value)(changed)
                if changed != document:
                    answer = handed_in(changed)
                    refused(answer, 200)
                    assert not answer.context["verdict"].ok, (path, value)


def _paths(document: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in document.items():
        found.append((*above, name))
        if isinstance(value, dict):
            found += _paths(value, (*above, name))
    return found
