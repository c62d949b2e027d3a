"""A long select looks as Django's own does."""

from typing import Any

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from jiceng.ui.choices import LongSelect

CHOICES = [("", "不限"), ("a<", "x & y"), (3, '"三"'), ("b", "B")]


@pytest.mark.parametrize("value", [None, "", "a<", 3, "3", "absent"])
@pytest.mark.parametrize("attrs", [{"id": "id_n"}, {"id": "id_n", "required": True}, {}])
def test_as_django_draws_it(value: Any, attrs: dict[str, Any]) -> None:
    ours = forms.ChoiceField(choices=CHOICES, required=False, widget=LongSelect).widget
    plain = forms.ChoiceField(choices=CHOICES, required=False).widget
    assertHTMLEqual(ours.render("n", value, attrs), plain.render("n", value, attrs))
