"""The statements that SQLite and PostgreSQL say differently; all else goes through the ORM."""

import sqlite3

from django.db import connection

from jiceng.kernel.search.words import TABLE

# Writers wait for a rebuild, readers do not.
LOCK = "LOCK TABLE search_card IN SHARE ROW EXCLUSIVE MODE"
REINDEX = "REINDEX INDEX search_card_words"
ERASES = f"SELECT v FROM {TABLE}_config WHERE k = 'secure-delete'"
COMMAND = f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES (%s, %s)"
# From this version on SQLite can take a word out of its index at once.
SECURE_SINCE = (3, 42)


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _ask_index(command: str, rank: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COMMAND, [command, rank])


def keep_writers_out() -> None:
    """Let nobody else write cards in this transaction; on SQLite nobody can anyway."""
    if not _is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)


def erases_at_once() -> bool:
    """Tell whether a word that is taken off its last card leaves SQLite's index by itself."""
    with connection.cursor() as cursor:
        cursor.execute(ERASES)
        return cursor.fetchone() == (1,)


def scrub() -> bool:
    """Merge SQLite's index into one piece, which leaves the erased words behind.

    PostgreSQL does it whenever it vacuums the table; then the answer is ``False``.
    """
    if not _is_sqlite():
        return False
    if sqlite3.sqlite_version_info >= SECURE_SINCE:
        _ask_index("secure-delete", 1)
    _ask_index("optimize")
    return True


def scrub_if_needed() -> None:
    """Scrub where an erased word would stay in the file otherwise."""
    if _is_sqlite() and not erases_at_once():
        scrub()


def reindex() -> None:
    """Make the index again from the cards."""
    if _is_sqlite():
        _ask_index("rebuild")
        scrub()
    else:
        with connection.cursor() as cursor:
            cursor.execute(REINDEX)


def check_index() -> None:
    """Compare SQLite's index with the cards; a difference raises ``DatabaseError``."""
    if _is_sqlite():
        _ask_index("integrity-check", 1)
