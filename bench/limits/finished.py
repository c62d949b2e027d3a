"""The limit of taking over: rows that are finished, and nothing to do but to write them.

Into empty tables with the columns, checks and indexes of ours, in one transaction: by COPY on
PostgreSQL, by ``executemany`` on SQLite. Without foreign keys, triggers and the index of words.
"""

import re
from dataclasses import dataclass, field
from typing import Any

KEYS = {
    "procedures_case": "id",
    "procedures_casestep": "id",
    "workdays_clock": "id",
    "grid_incident": "case_id",
    "ledger_entry": "id",
    "ledger_personaldatum": "id",
    "search_card": "id",
}
PREFIX = "bench_"


@dataclass
class Finished:
    """The rows that were written since this was last asked."""

    connection: Any
    last: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.connection.cursor() as cursor:
            for table, key in KEYS.items():
                self._clone(cursor, table)
                cursor.execute(f"SELECT coalesce(max({key}), 0) FROM {table}")
                self.last[table] = cursor.fetchone()[0]

    def _clone(self, cursor: Any, table: str) -> None:
        if self.connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE {PREFIX}{table} (LIKE {table} INCLUDING ALL)")
            return
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL"
            " AND type IN ('table', 'index') ORDER BY type DESC",
            [table],
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(_renamed(statement, table))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the new rows of every table, as the driver gives them."""
        found = {}
        with self.connection.cursor() as cursor:
            for table, key in KEYS.items():
                statement = f"SELECT * FROM {table} WHERE {key} > {self.last[table]} ORDER BY {key}"
                cursor.execute(statement)
                place = [column[0] for column in cursor.description].index(key)
                found[table] = cursor.fetchall()
                self.last[table] = found[table][-1][place] if found[table] else self.last[table]
        return found

    def write(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        """Write rows into the empty tables; the transaction is the caller's."""
        with self.connection.cursor() as cursor:
            for table, values in rows.items():
                if not values:
                    continue
                if self.connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {PREFIX}{table} FROM STDIN") as copy:
                        for row in values:
                            copy.write_row(row)
                else:
                    places = ", ".join(["%s"] * len(values[0]))
                    cursor.executemany(f"INSERT INTO {PREFIX}{table} VALUES ({places})", values)


def _renamed(statement: str, table: str) -> str:
    """Return the statement that makes the same table or index beside it."""
    if statement.startswith("CREATE TABLE"):
        return statement.replace(f'"{table}"', f'"{PREFIX}{table}"', 1)
    named = re.sub(r'INDEX "(\w+)"', rf'INDEX "{PREFIX}\1"', statement, count=1)
    return named.replace(f'ON "{table}"', f'ON "{PREFIX}{table}"', 1)
