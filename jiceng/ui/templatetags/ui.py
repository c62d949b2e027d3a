"""The components as template tags: ``{% load ui %}``. One template each in ``ui/components/``.

``docs/design-system.md`` says when to use which; ``/gallery/`` shows each in every state.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import segno
from django import template
from django.forms import BaseForm, BoundField
from django.forms.utils import ErrorList
from django.template.context import RequestContext
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jiceng.kernel.base.ids import spaced_number
from jiceng.kernel.base.text import listed
from jiceng.ui import drawing, navigation
from jiceng.ui import shortcuts as keys
from jiceng.ui.drawing import FOLDER, component

register = template.Library()

Text = str | Promise
Pair = Sequence[Any]

NUMERIC = mark_safe(' class="numeric"')
NOTICE_ICONS = {"info": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-x"}
# The levels of django.contrib.messages, and the words that people use for them.
TONES = {"success": "good", "warning": "warn", "error": "bad", "debug": "info", "": "info"}


@register.simple_tag
def icon(name: str, label: Text = "") -> SafeString:
    """Draw a Lucide icon; without a ``label`` it is decoration and hidden from readers."""
    return drawing.icon(name, str(label))


@register.filter
def spaced(number: str) -> str:
    """Return a case number in groups that stay on one line, for titles and table cells."""
    return spaced_number(number).replace(" ", "\u00a0")


@register.filter
def enumerated(words: Iterable[Text]) -> str:
    """Return several words as one enumeration, as the language writes it."""
    return listed(words)


@register.simple_tag(takes_context=True, name="navigation")
def navigation_links(context: RequestContext, bar: str) -> list[navigation.Link]:
    """Return the entries of a navigation bar for this request."""
    return navigation.links(bar, context["request"]) if "request" in context else []


@register.simple_tag
def shortcuts() -> list[keys.Shortcut]:
    """Return the keys of the desk, for the dialog that lists them."""
    return keys.shortcuts()


# --- pressing and typing -----------------------------------------------------------------------


@register.inclusion_tag(f"{FOLDER}button.html")
def button(label: Text, *, kind: str = "", href: str = "", icon: str = "", **options: Any) -> dict:
    """Draw a button, or a link that looks like one where ``href`` is given.

    ``kind``: primary (one a page), quiet, danger or nothing. Options: ``name``, ``value``,
    ``type`` (submit), ``small``, ``wide``, ``disabled``, ``trail`` (an icon after the label),
    ``data`` (a data-attribute's name), ``hidden`` (until a script shows it), ``into`` (of a link:
    the id of what alone is exchanged where scripts run).
    """
    return {"label": label, "kind": kind, "href": href, "icon": icon, **options}


@register.inclusion_tag(f"{FOLDER}field.html")
def field(
    bound: BoundField, *, label: Text = "", hint: Text = "", short: bool = False, mark: bool = True
) -> dict:
    """Draw a form's field with label, hint, error and the control that its widget asks for.

    Without ``mark`` it is called neither required nor optional: the group around it says so.
    """
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "short": short,
        "mark": mark,
    }


@register.inclusion_tag(f"{FOLDER}errors.html")
def errors(form: BaseForm) -> dict:
    """List what is wrong with a form, each a link to its field. Goes above the form.

    Each line carries the code of the error for machines.
    """
    wrong = [
        (bound.id_for_label or bound.auto_id, _with_label(bound, str(message)), code)
        for bound in form
        for message, code in _coded(bound.errors)
    ]
    return {"form": form, "whole": _coded(form.non_field_errors()), "wrong": wrong}


def _coded(messages: ErrorList) -> list[tuple[str, str]]:
    """Return each message with its stable code."""
    return [
        (str(message), error.code or "invalid")
        for message, error in zip(messages, messages.as_data(), strict=True)
    ]


def _with_label(bound: BoundField, message: str) -> str:
    """Return the message so that it names its field, once."""
    label = str(bound.label)
    if label in message:
        return message
    return _("%(label)s：%(message)s") % {"label": label, "message": message}


@register.inclusion_tag(f"{FOLDER}fields.html")
def fields(form: BaseForm) -> dict:
    """Draw the error summary and every field of a form, hidden ones too."""
    return {"form": form}


@register.simple_block_tag(end_name="endfieldset")
def fieldset(content: str, legend: Text, hint: Text = "") -> SafeString:
    """Group fields under a legend."""
    return component("fieldset", content=content, legend=legend, hint=hint)


@register.simple_block_tag(takes_context=True, end_name="endconfirm")
def confirm(
    context: RequestContext,
    content: str,
    title: Text,
    button: Text,
    cancel: str,
    action: str = "",
    kind: str = "primary",
    heading: str = "h1",
) -> SafeString:
    """Ask before an act that cannot be taken back: a page, not a dialog; content names the act."""
    return component(
        "confirm",
        content=content,
        title=title,
        button=button,
        cancel=cancel,
        action=action,
        kind=kind,
        heading=heading,
        csrf_token=context.get("csrf_token"),
    )


# --- saying ------------------------------------------------------------------------------------


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str = "info", title: Text = "") -> SafeString:
    """Say something beside the matter: ``tone`` is info, good, warn or bad."""
    tone = TONES.get(tone, tone)
    return component(
        "notice", content=content, tone=tone, title=title, icon=NOTICE_ICONS.get(tone, "info")
    )


@register.inclusion_tag(f"{FOLDER}blank.html")
def blank(
    title: Text, text: Text = "", *, icon: str = "inbox", href: str = "", action: Text = ""
) -> dict:
    """Say that there is nothing yet, and what to do about it."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action}


@register.simple_tag
def badge(label: Text, tone: str = "", icon: str = "") -> SafeString:
    """Name a state: ``tone`` is info, good, warn, bad, accent or nothing."""
    return drawing.badge(get_language() or "", str(label), tone, icon)


@register.simple_tag
def light(colour: str = "", text: Text = "", provisional: bool = False) -> SafeString:
    """Draw the light of a deadline: green circle, yellow triangle, red octagon, with words."""
    return drawing.light(get_language() or "", colour or "none", str(text), bool(provisional))


@register.simple_block_tag(end_name="endcard")
def card(content: str, title: Text = "", aside: Text = "", foot: Text = "") -> SafeString:
    """Put one matter on a sheet of its own."""
    return component("card", content=content, title=title, aside=aside, foot=foot)


@register.inclusion_tag(f"{FOLDER}door.html")
def door(title: Text, href: str, *, icon: str, note: Text = "", main: bool = False) -> dict:
    """Offer a large way in: the few things that a home page is for."""
    return {"title": title, "href": href, "icon": icon, "note": note, "main": main}


@register.inclusion_tag(f"{FOLDER}stat.html")
def stat(label: Text, value: Any, *, unit: Text = "", href: str = "", note: Text = "") -> dict:
    """Show a figure; with ``href`` it opens to its rows."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    shown = "—" if value is None else f"{value:,}" if whole else value
    return {"label": label, "value": shown, "unit": unit, "href": href, "note": note}


@register.inclusion_tag(f"{FOLDER}number.html")
def number(value: str, *, large: bool = False, code: bool = False) -> dict:
    """Show a case number in groups, or with ``code`` a fingerprint; copied without the gaps."""
    groups = (
        [value[start : start + 4] for start in range(0, len(value), 4)]
        if code
        else spaced_number(value).split()
    )
    return {"value": value, "groups": groups, "large": large, "code": code}


@register.inclusion_tag(f"{FOLDER}qr.html")
def qr(data: str, *, label: Text, caption: Text = "") -> dict:
    """Draw a QR code; ``label`` says what it opens."""
    drawing = segno.make(data, error="m", micro=False)
    svg = drawing.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return {"svg": mark_safe(svg), "label": label, "caption": caption}


@register.simple_block_tag(end_name="endreceipt")
def receipt(content: str, title: Text, number: str, address: str, caption: Text = "") -> SafeString:
    """Draw the slip that a resident takes home: number, facts, and a QR code of ``address``."""
    return component(
        "receipt", content=content, title=title, number=number, address=address, caption=caption
    )


# --- records -----------------------------------------------------------------------------------


@register.simple_block_tag(end_name="endrow")
def row(
    content: str, title: Text, href: str = "", meta: Text = "", pick: int | None = None
) -> SafeString:
    """Draw a line of ``<ul class="rows" role="list">``; content stands at its end.

    Where lines can be picked, ``pick`` is what the box sends as ``step``; 0 leaves its place free.
    """
    return component("row", content=content, title=title, href=href, meta=meta, pick=pick)


@register.inclusion_tag(f"{FOLDER}table.html")
def table(
    columns: Sequence[Text], rows: Iterable[Sequence[Any]], *, caption: Text, numeric: str = ""
) -> dict:
    """Draw a table that becomes cards on a phone; ``numeric`` lists columns from 1: "3 4"."""
    right = {int(column) - 1 for column in numeric.split()}
    heads = [{"label": label, "numeric": at in right} for at, label in enumerate(columns)]
    # Written once a column: of cells there are hundreds.
    attributes = [
        format_html('data-label="{}"{}', label, NUMERIC if at in right else "")
        for at, label in enumerate(columns)
    ]
    lines = [list(zip(attributes, cells, strict=True)) for cells in rows]
    return {"heads": heads, "lines": lines, "caption": caption}


@register.inclusion_tag(f"{FOLDER}facts.html")
def facts(pairs: Iterable[Pair] | Mapping[Any, Any]) -> dict:
    """List what is known, as pairs of name and value; an empty value shows “—”."""
    return {"pairs": list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)}


@register.inclusion_tag(f"{FOLDER}timeline.html")
def timeline(moments: Iterable[Any]) -> dict:
    """Show what happened, in order. A moment: ``title at by note tone`` (current, good, bad)."""
    return {"moments": moments}


@register.simple_block_tag(end_name="endmoment")
def moment(content: str, title: Text, at: Any = None, by: Text = "", tone: str = "") -> SafeString:
    """Write one moment of ``<ol class="timeline" role="list">`` with free content."""
    return component(
        "moment", content=mark_safe(content.strip()), title=title, at=at, by=by, tone=tone
    )


@register.inclusion_tag(f"{FOLDER}steps.html")
def steps(items: Iterable[Any], *, label: Text = "") -> dict:
    """Show where something stands. A step: ``label state note`` (done, current, returned, todo)."""
    return {"items": items, "label": label}


@register.inclusion_tag(f"{FOLDER}tabs.html")
def tabs(items: Iterable[Any], *, label: Text, into: str = "") -> dict:
    """Switch between views of one thing, by links. A tab: ``label url current count``.

    ``into`` is the id of what holds tabs and view: with scripts it alone is exchanged.
    """
    return {"items": items, "label": label, "into": into}


@register.inclusion_tag(f"{FOLDER}pager.html")
def pager(
    *,
    next_url: str = "",
    first_url: str = "",
    note: Text = "",
    next_label: Text = "",
    first_label: Text = "",
    into: str = "",
) -> dict:
    """Go on to the next rows; ``first_url`` leads back to the first.

    ``next_label`` and ``first_label`` say so in words that fit the order of the list.
    ``into`` is the id of what holds rows and pager: with scripts it alone is exchanged.
    """
    return {
        "next_url": next_url,
        "first_url": first_url,
        "note": note,
        "next_label": next_label or _("下一页"),
        "first_label": first_label or _("回到最前"),
        "into": into,
    }


@register.inclusion_tag(f"{FOLDER}crumbs.html")
def crumbs(*parts: Any) -> dict:
    """Say where this page lies: label, url, label, url, …, label of this page."""
    *above, here = parts
    return {"above": list(zip(above[::2], above[1::2], strict=True)), "here": here}


@register.inclusion_tag(f"{FOLDER}photo.html")
def photo(src: str, *, alt: Text, caption: Text = "", href: str = "") -> dict:
    """Show a photo; ``alt`` says what it shows, ``href`` opens the large one."""
    return {"src": src, "alt": alt, "caption": caption, "href": href}


@register.inclusion_tag(f"{FOLDER}gallery.html")
def gallery(photos: Iterable[Mapping[str, Any]]) -> dict:
    """Show photos side by side: each with ``src alt caption href``."""
    return {"photos": photos}


@register.inclusion_tag(f"{FOLDER}map.html", name="map")
def place_map(
    *,
    label: Text,
    areas: str = "",
    lat: Any = "",
    lng: Any = "",
    fills: str = "",
    legend: Text = "",
) -> dict:
    """Draw areas (the address of a GeoJSON file) and a point; the page is complete without it.

    ``fills`` is the id prefix of a place field: a tap on the map writes into its two inputs.
    """
    return {
        "label": label,
        "areas": areas,
        "lat": lat,
        "lng": lng,
        "fills": fills,
        "legend": legend,
    }


@register.simple_block_tag(end_name="endtoolbar")
def toolbar(content: str, label: Text) -> SafeString:
    """Line up filters and buttons that belong to the list below."""
    return component("toolbar", content=content, label=label)


@register.simple_block_tag(end_name="enddiagram")
def diagram(content: str, caption: Text) -> SafeString:
    """Frame a drawing that may be wider than the page; it scrolls on its own."""
    return component("diagram", content=content, caption=caption)
