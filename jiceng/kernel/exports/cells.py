"""What a cell of text becomes in a CSV file, and back: no spreadsheet runs it as a formula.

A spreadsheet takes a text that begins with «=» for a formula and runs it on the computer of
whoever opens the file; in a CSV the only defence is an apostrophe in front.
"""

# The full-width signs are read alike, and a tab or a line break lets the next sign come first.
SIGNS = tuple("=+-@＝＋－＠")
BREAKS = tuple("\t\r\n")


def _is_dangerous(text: str) -> bool:
    bare = text.lstrip("' 　\xa0")
    return bare.startswith(BREAKS) or bare.lstrip().startswith(SIGNS)


def harmless(text: str) -> str:
    """Return ``text`` with an apostrophe in front if a spreadsheet would run it."""
    return f"'{text}" if _is_dangerous(text) else text


def as_it_was(cell: str) -> str:
    """Return the text of which ``harmless`` made ``cell``."""
    return cell[1:] if cell.startswith("'") and _is_dangerous(cell) else cell
