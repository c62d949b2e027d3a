"""The door of tables 表格: everything that other packages may use.

Describe the columns once and hand them rows: ``export`` answers with a download, ``written`` gives
the parts of a file. ``read_table`` reads what people send back.
"""

from jiceng.kernel.exports.reading import Line, read_table
from jiceng.kernel.exports.refusals import MOST_BYTES, TableRefused, TooManyRows
from jiceng.kernel.exports.writing import Column, FormatUnknown, SheetFull, export, written

__all__ = [
    "MOST_BYTES",
    "Column",
    "FormatUnknown",
    "Line",
    "SheetFull",
    "TableRefused",
    "TooManyRows",
    "export",
    "read_table",
    "written",
]
