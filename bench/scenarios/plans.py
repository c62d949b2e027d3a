"""How the database goes about a statement: which large tables it reads from end to end."""

import json
from collections import defaultdict
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
        cursor.execute("SELECT rootpage, name, tbl_name FROM sqlite_master WHERE rootpage > 0")
        trees = {page: (name, table) for page, name, table in cursor.fetchall()}
        cursor.execute(f"EXPLAIN {statement}")
        program = [(code, p1, p2) for _place, code, p1, p2, *_rest in cursor.fetchall()]
    return sorted(set(in_sqlite(program, trees, limited=" LIMIT " in statement)))


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


Program = Iterable[tuple[str, int, int]]
Trees = dict[int, tuple[str, str]]


def in_sqlite(program: Program, trees: Trees, *, limited: bool) -> Iterator[str]:
    """Yield the large tables that a program of SQLite's machine walks from an end.

    The program, not the plan: that names tables by aliases, and several may have the same one.
    """
    codes = defaultdict[str, dict[int, int]](dict)
    for code, p1, p2 in program:
        codes[code][p1] = p2
    walked = (codes["Rewind"] | codes["Last"]).keys() & (codes["Next"] | codes["Prev"]).keys()
    sorts = bool(codes["Sort"] or codes["SorterSort"])
    for cursor in walked & codes["OpenRead"].keys():
        name, table = trees.get(codes["OpenRead"][cursor], ("", ""))
        is_short = name != table and ((limited and not sorts) or name in partial_indexes())
        if table in LARGE and not is_short:
            yield f"{table} (scan of {name})"


def partial_indexes() -> set[str]:
    """Return the indexes that hold part of a table only, those of constraints too."""
    from django.apps import apps

    return {
        each.name
        for model in apps.get_models()
        for each in (*model._meta.indexes, *model._meta.constraints)
        if getattr(each, "condition", None) is not None
    }
