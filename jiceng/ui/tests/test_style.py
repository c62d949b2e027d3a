"""Contrast of the tokens; nothing inline anywhere; nothing fetched from elsewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.ROOT
CSS = sorted((ROOT / "jiceng/ui/static/ui/css").glob("*.css"))
TEMPLATES = sorted((ROOT / "jiceng").glob("**/templates/**/*.*"))
SCRIPTS = sorted((ROOT / "jiceng").glob("**/static/**/*.js"))
TOKENS = dict(
    re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6});", (CSS[0].parent / "tokens.css").read_text())
)


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(sign * 2 for sign in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") < 4.5  # the grey that is known to fail


GROUNDS = ["paper", "surface", "sunken"]
WASHES = ["accent-wash", "link-wash", "good-wash", "warn-wash", "bad-wash"]
TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "ink-soft", "ink-faint") for ground in GROUNDS),
    *((text, ground) for text in ("accent", "link", "link-deep", "bad") for ground in GROUNDS),
    *((text, "surface") for text in ("good", "warn")),
    *((text, "paper") for text in ("good", "warn")),
    *(("ink", wash) for wash in WASHES),
    *(("ink-soft", wash) for wash in WASHES),
    ("link", "link-wash"),
    ("link", "bad-wash"),
    ("good", "good-wash"),
    ("warn", "warn-wash"),
    ("bad", "bad-wash"),
    ("accent", "accent-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("surface", "ink-soft"),
    ("surface", "ink"),
]


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(text, ground):
    assert contrast(TOKENS[text], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("mark", ["good-mark", "warn-mark", "bad-mark", "line-strong", "focus"])
@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_marks_and_borders_can_be_seen(mark, ground):
    assert contrast(TOKENS[mark], TOKENS[ground]) >= 3


def test_every_token_in_use_is_defined():
    text = "".join(path.read_text() for path in CSS)
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))

    assert set(re.findall(r"var\((--[\w-]+)", text)) - defined == set()


def test_every_class_in_a_template_of_ours_has_a_style():
    styles = set(re.findall(r"\.([a-z][\w-]*)", "".join(path.read_text() for path in CSS)))
    # Hooks of scripts and names that only group, without a look of their own.
    without = {"no-print", "print-only", "map", "photos", "place", "desk", "officer"}
    used = set()
    for path in (ROOT / "jiceng/ui/templates").glob("**/*.html"):
        for value in re.findall(r'class="([^"{]*)', path.read_text()):
            used |= set(value.split())
    used = {name for name in used if not name.endswith("--") and not name.endswith("__")}

    assert used - styles - without == set()


INLINE = [
    re.compile(r"<style\b"),
    re.compile(r"\sstyle\s*="),
    re.compile(r"<script\b(?![^>]*\b(?:src=|type=\"application/json\"))"),
    re.compile(r"<[^>{]*\son[a-z]+\s*="),
    re.compile(r"javascript:", re.I),
    re.compile(r"\shx-on"),
]
ELSEWHERE = re.compile(
    r"""(?:src|srcset|action|poster)\s*=\s*["']?(?:https?:)?//|url\(["']?(?:https?:)?//"""
)


def faults(text):
    return [rule.pattern for rule in [*INLINE, ELSEWHERE] if rule.search(text)]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('<script src="/static/a.js" defer></script>', True),
        ('<p class="style">on = 1</p>', True),
        ("<script>alert(1)</script>", False),
        ('<p style="color: red">', False),
        ("<style>p {}</style>", False),
        ('<a onclick="x()">', False),
        ('<a href="javascript:x()">', False),
        ('<div hx-on:click="x()">', False),
        ('<img src="https://cdn.example/a.png">', False),
        ("<img src=//cdn.example/a.png>", False),
    ],
)
def test_the_rule_itself(text, clean):
    assert (not faults(text)) is clean


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [*CSS, *SCRIPTS], ids=lambda path: path.name)
def test_styles_and_scripts_are_short_and_ours(path):
    text = path.read_text()

    assert not re.search(r"https?://|url\(\s*['\"]?//|\beval\(|new Function|innerHTML", text)
    assert len(text.splitlines()) <= 400


def test_templates_are_short():
    long = [path.name for path in TEMPLATES if len(path.read_text().splitlines()) > 150]

    assert long == []
