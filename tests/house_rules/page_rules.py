"""Rules of templates."""

import re
from collections.abc import Iterator

from tests.house_rules.rule import Finding, Rule, Source, matching

LONGEST_TEMPLATE = 150
# Attributes in which code or looks hide from the Content-Security-Policy.
INLINE = re.compile(
    r"\s(?:style|on[a-z]+)\s*=|<style\b|<script(?![^>]*\bsrc=)|javascript:|\bhx-on\b", re.IGNORECASE
)
ADDRESS = re.compile(
    r"\s(?:href|src|srcset|action|formaction|hx-(?:get|post|put|delete|push-url))\s*=\s*[\"']([^\"']*)"
)
# Places of the page itself, and addresses that no route answers. "/" is the root of every site.
ELSEWHERE = ("{", "#", "?", "data:", "tel:", "mailto:")
TEMPLATES = matching(r"jiceng/.*/templates/.*\.(html|svg)$")


def long_templates(source: Source) -> Iterator[Finding]:
    """Find templates that should be several."""
    if len(source.lines) > LONGEST_TEMPLATE:
        yield 1, f"{len(source.lines)} lines"


def inline_code(source: Source) -> Iterator[Finding]:
    """Find style and script inside a page; the policy of the site forbids both."""
    for number, line in enumerate(source.lines, start=1):
        if INLINE.search(line):
            yield number, "style or script inside the page"


def literal_addresses(source: Source) -> Iterator[Finding]:
    """Find addresses written out instead of looked up."""
    for number, line in enumerate(source.lines, start=1):
        for address in ADDRESS.findall(line):
            if address not in ("", "/") and not address.startswith(ELSEWHERE):
                yield number, f"{address} is written out; use url or static"


PAGE_RULES = [
    Rule(
        "a template is one page",
        TEMPLATES,
        long_templates,
        kept=(("jiceng/ui/templates/ui/a.html", "<p>\n" * 150),),
        broken=(("jiceng/ui/templates/ui/a.html", "<p>\n" * 151),),
    ),
    Rule(
        "no style or script inside a page",
        TEMPLATES,
        inline_code,
        kept=(
            ("jiceng/ui/templates/ui/a.html", "<script src=\"{% static 'ui/a.js' %}\"></script>"),
            ("jiceng/ui/templates/ui/a.html", '<p class="style">on = 1</p>'),
        ),
        broken=(
            ("jiceng/ui/templates/ui/a.html", '<p style="color: red">'),
            ("jiceng/ui/templates/ui/a.html", '<a onclick="go()">'),
            ("jiceng/ui/templates/ui/a.html", "<script>go()</script>"),
            ("jiceng/ui/templates/ui/a.html", '<a href="javascript:go()">'),
        ),
    ),
    Rule(
        "addresses are looked up",
        TEMPLATES,
        literal_addresses,
        kept=(
            ("jiceng/ui/templates/ui/a.html", '<a href="{% url \'a\' %}"><a href="#main">'),
            ("jiceng/ui/templates/ui/a.html", '<a href="{{ next }}" ><form action="">'),
        ),
        broken=(
            ("jiceng/ui/templates/ui/a.html", '<a href="/desk/">'),
            ("jiceng/ui/templates/ui/a.html", '<img src="https://example.org/a.png">'),
        ),
    ),
]
