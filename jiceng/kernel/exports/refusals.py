"""What the reader of tables refuses, and how much it reads."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, TooLarge

MOST_BYTES = 10_000_000
MOST_ROWS = 50_000
MOST_CELL = 5_000


class TableRefused(BadInput):
    """The file is no table that can be read (422); ``details["line"]`` says where, if known."""

    code = "unreadable_table"
    sentence = _("这个文件不是可以读取的表格。")


class TooManyRows(TooLarge):
    """More rows or columns than are read at once (413)."""

    code = "too_many_rows"
    sentence = _("表格行列过多，请分批导入。")


def at_line(sentence: str, code: str, line: int) -> TableRefused:
    """Return the refusal of one line; ``sentence`` has a place for its number."""
    return TableRefused(sentence % {"line": line}, code=code, line=line)
