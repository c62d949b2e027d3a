"""How the database goes about a statement: which large tables it reads from end to end."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

LARGE = (
    "procedures_case",
    "procedures_casestep",
    "ledger_entry",
    "grid_incident",
    "search_card",
    "workdays_clock",
)
SCAN = re.compile(r"SCAN (?P<name>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?")


def read_whole(statement: str) -> list[str]:
    """Return which large tables, or whole indexes of theirs, a statement reads from end to end.

    A walk along an index that ends with a full page is none; nor is a partial index, which holds
    the open ones alone.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
            said = cursor.fetchone()[0]
            tree = json.loads(said) if isinstance(said, str) else said
            return sorted(set(_in_postgresql(tree[0]["Plan"], limited=False)))
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        details = [row[3] for row in cursor.fetchall()]
    return sorted(set(in_sqlite(details, statement)))


def _in_postgresql(node: dict[str, Any], *, limited: bool) -> Iterator[str]:
    kind, table = node["Node Type"], node.get("Relation Name", "")
    if table in LARGE and _is_whole(node, limited):
        yield f"{table} ({' '.join(filter(None, [kind, node.get('Index Name')]))})"
    # What is sorted or counted is read to its end first, whatever limit stands above.
    blocks = kind in ("Sort", "Aggregate", "Hash", "Incremental Sort", "WindowAgg")
    limited = kind == "Limit" or (limited and not blocks)
    for child in node.get("Plans", ()):
        yield from _in_postgresql(child, limited=limited)


def _is_whole(node: dict[str, Any], limited: bool) -> bool:
    kind = node["Node Type"]
    if kind == "Seq Scan":
        return not limited or "Filter" in node
    walked = kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node
    return walked and not limited and node["Index Name"] not in partial_indexes()


def in_sqlite(details: Iterable[str], statement: str) -> Iterator[str]:
    """Yield the large tables that the lines of a query plan scan."""
    names = _aliases(statement)
    lines = list(details)
    sorts = any("TEMP B-TREE FOR ORDER BY" in line for line in lines)
    walks = " LIMIT " in statement and not sorts
    for line in lines:
        found = SCAN.match(line)
        table = names.get(found["name"], found["name"]) if found else ""
        if found and table in LARGE and not (found["index"] and _is_short(found["index"], walks)):
            yield f"{table} ({line})"


def _is_short(index: str, walks: bool) -> bool:
    return walks or index in partial_indexes()


def _aliases(statement: str) -> dict[str, str]:
    """Return the tables of a statement by the names that they go by in it."""
    pairs = re.findall(r'(?:FROM|JOIN) "?(\w+)"?(?: AS)? "?(\w+)"?', statement)
    return {alias: table for table, alias in pairs}


def partial_indexes() -> set[str]:
    """Return the indexes that hold part of a table only."""
    from django.apps import apps

    return {
        index.name
        for model in apps.get_models()
        for index in model._meta.indexes
        if index.condition is not None
    }
