"""Why a row, or a whole file, is not taken in."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Malformed


class BadRow(Exception):
    """A row that is not taken in: a stable code, and a sentence for the report."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code, self.sentence = code, sentence
        super().__init__(code)


class BadFile(Malformed):
    """The file as a whole cannot be read (400, saying why)."""

    code = "bad_file"
    sentence = _("文件无法读取。")
