"""The statements that SQLite and PostgreSQL say differently; all else goes through the ORM."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from jiceng.kernel.ledger.models import Entry

# Entry id, and the columns that are hashed: at, by, by_title, event, payload, subject, uid.
Columns = tuple[int, str, str, str, str, str, str, str]
Sealed = tuple[int, int, bytes, bytes]  # position, entry id, both stored hashes
SEAL_COLUMNS = "entry_id, epoch, position, leaf_sha256, leaf_sm3"

# Rows are claimed, never ranges of ids: an id is taken before its transaction commits, so a
# reader that remembers the highest id passes by whoever committed late. The join leaves a row
# whose entry is gone where it is: verification must find it.
CLAIM = """
    DELETE FROM ledger_pending WHERE entry_id IN (
        SELECT p.entry_id FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id
        ORDER BY p.entry_id LIMIT %s {lock}
    ) RETURNING entry_id
"""
# On SQLite the sealer's transaction is IMMEDIATE: nobody else writes meanwhile.
LOCK = {"postgresql": "FOR UPDATE OF p SKIP LOCKED", "sqlite": ""}
AMONG = {
    "postgresql": "ledger_entry.id = ANY(%s::bigint[])",
    "sqlite": "ledger_entry.id IN (SELECT value FROM json_each(%s))",
}
AGE = {
    "postgresql": "extract(epoch from clock_timestamp())::bigint - min(queued)",
    "sqlite": "CAST(strftime('%s', 'now') AS INTEGER) - min(queued)",
}
# The instant as the leaf has it: UTC, six decimals. SQLite keeps the text that Django wrote, which
# lacks the decimals where they are zero; any other text, with an offset say, is no instant of ours.
INSTANT = {
    "postgresql": """to_char("at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "sqlite": """
        replace("at", ' ', 'T') || CASE length("at") WHEN 19 THEN '.000000Z' WHEN 26 THEN 'Z' END
    """,
}
LEAVES = """
    SELECT id, {instant}, "by", by_title, event, payload, subject, uid
    FROM ledger_entry WHERE {among} ORDER BY id
"""
SEALS = """
    SELECT position, entry_id, leaf_sha256, leaf_sm3 FROM ledger_seal
    WHERE epoch = %s AND position >= %s AND position < %s ORDER BY position
"""
GUARDED = ("ledger_entry", "ledger_seal", "ledger_checkpoint", "ledger_epoch")
GUARDS = {
    "postgresql": """
        SELECT c.relname || '_' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
          AND c.relnamespace = current_schema()::regnamespace AND c.relname LIKE 'ledger%'
    """,
    "sqlite": """
        SELECT tbl_name || '_' || name FROM sqlite_master
        WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'
    """,
}
REFUSING = {
    "postgresql": ("ledger_refuse",),
    "sqlite": ("{table}_no_update", "{table}_no_delete", "{table}_no_replace"),
}


def claim_pending(limit: int) -> list[int]:
    """Take up to ``limit`` waiting entries off the queue; return their ids in order."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(lock=LOCK[connection.vendor]), [limit])
        return sorted(row[0] for row in cursor.fetchall())


def entries_among(ids: Sequence[int]) -> QuerySet[Entry]:
    """Return the entries with these ids. The ids travel as one parameter: parsing a statement
    with ten thousand place-holders costs as much as hashing the rows."""
    return Entry.objects.extra(where=[AMONG[connection.vendor]], params=[_one_parameter(ids)])


def _one_parameter(ids: Sequence[int]) -> str:
    opening, closing = "{}" if connection.vendor == "postgresql" else "[]"
    return f"{opening}{','.join(map(str, ids))}{closing}"


def read_columns(ids: Sequence[int]) -> list[Columns]:
    """Return id and hashed columns of the entries with these ids, in order of id.

    They are what ``leaf_of`` takes, and as raw as the database has them: a model would cost more
    than both hashes.
    """
    vendor = connection.vendor
    with connection.cursor() as cursor:
        statement = LEAVES.format(instant=INSTANT[vendor], among=AMONG[vendor])
        cursor.execute(statement, [_one_parameter(ids)])
        return cursor.fetchall()


def read_seals(epoch: int, start: int, stop: int) -> list[Sealed]:
    """Return the seals of the positions from ``start`` to ``stop``, in order."""
    with connection.cursor() as cursor:
        cursor.execute(SEALS, [epoch, start, stop])
        return cursor.fetchall()


def insert_seals(rows: Sequence[tuple[int, int, int, bytes, bytes]]) -> None:
    """Write seals (entry, epoch, position, both hashes) as fast as the database takes them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ledger_seal ({SEAL_COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(
                f"INSERT INTO ledger_seal ({SEAL_COLUMNS}) VALUES (%s, %s, %s, %s, %s)", rows
            )


def oldest_pending_seconds() -> int | None:
    """Return how long the oldest entry has waited, by the database's clock; ``None`` if none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {AGE[connection.vendor]} FROM ledger_pending")
        age = cursor.fetchone()[0]
    return None if age is None else int(age)


def _due_guards(table: str) -> list[str]:
    names = [name.format(table=table) for name in REFUSING[connection.vendor]]
    return [*names, "ledger_queue"] if table == "ledger_entry" else names


def missing_guards() -> list[str]:
    """Return the triggers that are gone or switched off on the tables there are, by both names.

    A table that is gone itself is for the reader of the table to report.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) & set(GUARDED)
        cursor.execute(GUARDS[connection.vendor])
        present = {row[0] for row in cursor.fetchall()}
    due = {f"{table}_{name}" for table in tables for name in _due_guards(table)}
    return sorted(due - present)
