"""The inverted index, in the words of the database at hand.

SQLite loses the triggers of a table that a migration rebuilds (it copies and drops the table), so
a migration that alters the table of cards has to end with these statements again; ``search check``
reports an index that differs from the cards.
"""

import sqlite3

from django.db import migrations

# Without a list of what is still to be sorted in: it would be read from end to end by every search
# until somebody vacuums, and the planner would rather read the table.
POSTGRESQL = [
    "CREATE INDEX search_card_words ON search_card USING gin (words) WITH (fastupdate = off)"
]
POSTGRESQL_BACK = ["DROP INDEX search_card_words"]

# Tokens are ASCII; where and how often they stand in a card is of no interest. The index keeps
# no copy of the cards: to take one out it has to be told what stood on it.
OUT = "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);"
IN = "INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);"
TABLE = """
CREATE VIRTUAL TABLE search_words USING fts5(
    words,
    content='search_card', content_rowid='id', tokenize='ascii', detail='none', columnsize=0
)
"""
CHANGED = "WHEN old.id <> new.id OR old.words <> new.words"
# For cards that are there already: PostgreSQL does it by itself.
FILL = "INSERT INTO search_words (search_words) VALUES ('rebuild')"
SQLITE = [
    TABLE,
    f"CREATE TRIGGER search_card_in AFTER INSERT ON search_card BEGIN {IN} END",
    f"CREATE TRIGGER search_card_out AFTER DELETE ON search_card BEGIN {OUT} END",
    f"CREATE TRIGGER search_card_new AFTER UPDATE ON search_card {CHANGED} BEGIN {OUT} {IN} END",
    FILL,
]
SQLITE_BACK = [
    "DROP TRIGGER search_card_new",
    "DROP TRIGGER search_card_out",
    "DROP TRIGGER search_card_in",
    "DROP TABLE search_words",
]
# Without it a word that is taken out stays in the file until its piece of the index is merged.
SECURE = "INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)"
SECURE_SINCE = (3, 42)


def _run(schema_editor, on_postgresql, on_sqlite):
    statements = on_postgresql if schema_editor.connection.vendor == "postgresql" else on_sqlite
    for statement in statements:
        schema_editor.execute(statement)


def install(apps, schema_editor):
    """Create the index and what keeps it."""
    _run(schema_editor, POSTGRESQL, SQLITE)
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite" and sqlite3.sqlite_version_info >= SECURE_SINCE:
        schema_editor.execute(SECURE)


def remove(apps, schema_editor):
    """Drop it again."""
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
