"""A bulletin as a document that a word processor opens: numbers with notes at the end."""

import io
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as Written

from jiceng.kernel.bulletins.composing import Article, Line, Note

# What offices print in; where a machine has none of them, its own Chinese font takes their place.
HEADLINE, TEXT = "黑体", "仿宋"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(article: Article, base: str = "") -> bytes:
    """Return the bulletin as .docx; ``base`` is put before the addresses of its figures."""
    made = Document()
    _pages(made)
    title = made.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, article.title, HEADLINE, 22)
    for line in article.lines:
        _line(made, line)
    if article.notes:
        _run(made.add_paragraph(), _("注释"), HEADLINE, 14)
    for note in article.notes:
        _run(made.add_paragraph(), _said(note, base), TEXT, 10.5)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _pages(made: Any) -> None:
    """Set the margins of official documents (GB/T 9704—2012, 5.2)."""
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.left_margin = Cm(3.7), Cm(2.8)
    page.bottom_margin, page.right_margin = Cm(3.5), Cm(2.6)


def _line(made: Any, line: Line) -> None:
    written = made.add_paragraph()
    if not line.heading:
        written.paragraph_format.first_line_indent = Pt(32)  # two characters
        written.paragraph_format.line_spacing = Pt(28)
    for run in line.runs:
        _run(written, run.text, HEADLINE if line.heading else TEXT, 16)
        if run.note:
            _run(written, f"[{run.note.number}]", TEXT, 10.5).font.superscript = True


def _run(written: Written, text: str, font: str, size: float) -> Any:
    """Write text in a font; Chinese characters take theirs from a setting of their own."""
    run = written.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def _said(note: Note, base: str) -> str:
    """Return what a note says: label, number, how it is counted, from how many rows, and where."""
    value = note.value
    said = _(
        "[%(number)d] %(label)s：%(text)s%(measure)s。口径：%(definition)s 记录%(opened)d条。"
    ) % {
        "number": note.number,
        "label": value.figure.label,
        "text": value.text,
        "measure": value.measure,
        "definition": value.figure.definition,
        "opened": note.opened,
    }
    return f"{said} {base}{value.code}" if base else said
