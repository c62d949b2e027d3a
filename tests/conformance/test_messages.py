"""The catalogue tool, and the catalogue itself."""

from pathlib import Path

import pytest

from tools.messages import catalogue, extract, faults

MODULE = """
from django.utils.translation import gettext_lazy as _
LABEL = _("单位")
NOTE = _(
    "第%(number)d行"
    "有误"
)
"""
PAGE = """
{% load i18n ui %}
  <h1>{% translate "我的待办" %}</h1>
    {% button _("提交") kind="primary" %}
  {% blocktranslate with due=due trimmed %}
    应于 {{ due }} 前
    办完
  {% endblocktranslate %}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a small product with texts in Python and in a template."""
    for name, text in {
        "terms.py": MODULE,
        "templates/a/page.html": PAGE,
        "tests/b.py": MODULE,
    }.items():
        path = tmp_path / "jiceng" / "a" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def po(tmp_path: Path) -> Path:
    """Return where its catalogue is written."""
    return tmp_path / "locale" / "django.po"


def translate(po: Path, source: str, english: str) -> None:
    text = po.read_text("utf-8")
    before = f'msgid "{source}"\nmsgstr ""'
    assert before in text
    po.write_text(text.replace(before, f'msgid "{source}"\nmsgstr "{english}"'), "utf-8")


def test_finds_what_people_read(tree: Path, po: Path) -> None:
    texts = {message.id for message in extract(tree, po) if message.id}
    assert texts == {"单位", "第%(number)d行有误", "我的待办", "提交", "应于 %(due)s 前 办完"}


def test_names_the_files_and_nothing_that_changes_by_itself(tree: Path, po: Path) -> None:
    extract(tree, po)
    first = po.read_text("utf-8")
    assert "#: jiceng/a/templates/a/page.html" in first
    extract(tree, po)
    assert po.read_text("utf-8") == first


def test_keeps_translations_and_drops_what_nobody_says(tree: Path, po: Path) -> None:
    extract(tree, po)
    translate(po, "单位", "Unit")
    module = tree / "jiceng/a/terms.py"
    module.write_text(module.read_text("utf-8").replace("有误", "不对"), "utf-8")
    assert {"missing: 第%(number)d行不对", "obsolete: 第%(number)d行有误"} <= set(faults(tree, po))
    extract(tree, po)
    held = catalogue(po)
    unit = held.get("单位")
    assert unit is not None
    assert unit.string == "Unit"
    assert held.get("第%(number)d行有误") is None


def test_an_untranslated_text_is_a_fault(tree: Path, po: Path) -> None:
    extract(tree, po)
    translate(po, "单位", "Unit")
    assert "untranslated: 提交" in faults(tree, po)
    assert "untranslated: 单位" not in faults(tree, po)


def test_a_lost_placeholder_is_a_fault(tree: Path, po: Path) -> None:
    extract(tree, po)
    translate(po, "第%(number)d行有误", "Line %(line)d is wrong")
    assert any(fault.startswith("placeholders: 第%(number)d行有误") for fault in faults(tree, po))


def test_everything_is_said_in_english() -> None:
    assert faults() == []
