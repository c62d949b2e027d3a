"""The control for a long list of choices."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

SELECTED = mark_safe(" selected")


class LongSelect(forms.Select):
    """A select whose lines are written in one go: Django draws a template for each of hundreds.

    It knows no groups of options, and nothing beside value and label of each.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the element with its options; what was chosen is selected."""
        chosen = {str(each) for each in self.format_value(value)}
        given = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        lines = (
            (key, SELECTED if str(key) in chosen else "", label) for key, label in self.choices
        )
        return format_html(
            "<select{}>{}</select>",
            flatatt(given),
            format_html_join("", '<option value="{}"{}>{}</option>', lines),
        )
