"""PostgreSQL: dumped by its own tools from an exported snapshot, put back in one transaction."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from jiceng.kernel.backups.archive import in_parts
from jiceng.kernel.backups.refusals import refusal
from jiceng.kernel.backups.snapshots import Snapshot, Take

# Of another role's session we may not see the kind; what has no user is the server's own.
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
      AND coalesce(backend_type, 'client backend') = 'client backend'
"""
# Written out by the server, so that no name needs quoting by us.
DROPS = """
    SELECT format('DROP %s IF EXISTS %I.%I CASCADE;',
                  CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                               ELSE 'TABLE' END, nspname, relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'm')
    UNION ALL
    SELECT format('DROP FUNCTION IF EXISTS %s CASCADE;', p.oid::regprocedure)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE nspname = current_schema() AND prokind = 'f'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
RIGHT = """
DO $$ BEGIN
    IF (SELECT count(*) FROM {table}) <> {rows} THEN RAISE EXCEPTION 'rows of {table}'; END IF;
END $$;
"""
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
STRICT = "\\set ON_ERROR_STOP on\nBEGIN;\nSET lock_timeout = '10s';"


def _tool(name: str) -> str:
    found = shutil.which(name, path=settings.POSTGRESQL_BIN or None)
    if found is None:
        raise refusal("postgresql_tools_missing", name)
    return found


def _environment() -> dict[str, str]:
    """Return how the tools reach our database; a password on the command line could be seen."""
    connection.ensure_connection()
    options = connection.connection.pgconn.info
    said = {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}
    return {**os.environ, **said}


def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def _said(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read(2000).decode("utf-8", "replace")


def _qualified(table: str) -> str:
    schema = _rows("SELECT quote_ident(current_schema())")[0]
    return f"{schema}.{connection.ops.quote_name(table)}"


def _start(command: list[str], out: Any, errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    command[0] = _tool(command[0])
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=out, stderr=errors, env=_environment()
    )


def _write(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    if process.stdin is not None:
        process.stdin.write(data)
        process.stdin.flush()


def _finish(process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
    process.communicate()
    if process.returncode:
        raise refusal("load_failed", _said(errors))


@contextmanager
def _load(before: str, after: str) -> Iterator[Take]:
    """Let ``pg_restore`` write SQL into a ``psql`` that commits only when told so at the end.

    An end of its input without that word rolls back: whatever fails here, even by kill -9.
    """
    to_sql = ["pg_restore", "--file=-", "--no-owner", "--no-privileges"]
    to_server = ["psql", "--no-psqlrc", "--quiet", "--file=-"]
    with tempfile.TemporaryFile() as errors:
        try:
            with _start(to_server, subprocess.DEVNULL, errors) as psql:
                _write(psql, f"{before}\n".encode())
                with _start(to_sql, psql.stdin, errors) as restore:
                    yield lambda part: _write(restore, part)
                    _finish(restore, errors)
                _write(psql, after.encode())
                _finish(psql, errors)
        except BrokenPipeError as error:
            raise refusal("load_failed", _said(errors)) from error


class Postgresql:
    """Implements ``snapshots.Database``."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Count and dump what one transaction sees."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            name = _rows("SELECT pg_export_snapshot()")[0]
            tables = sorted(connection.introspection.table_names(cursor))
            counts = {t: _rows(f"SELECT count(*) FROM {_qualified(t)}")[0] for t in tables}
            yield Snapshot(counts, _rows(MIGRATIONS), self._dump(name))

    @staticmethod
    def _dump(snapshot: str) -> Iterator[bytes]:
        command = [_tool("pg_dump"), "--format=custom", "--compress=0", "--no-owner"]
        command += ["--no-privileges", f"--snapshot={snapshot}"]
        with tempfile.TemporaryFile() as errors:
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, env=_environment()
            ) as dump:
                if dump.stdout is not None:
                    yield from in_parts(dump.stdout)
            if dump.returncode:
                raise refusal("dump_failed", _said(errors))

    @contextmanager
    def loading(self, tables: Mapping[str, int]) -> Iterator[Take]:
        """Drop, restore and count in one transaction; where anything fails all is as before."""
        before = [STRICT, *_rows(DROPS)]
        after = [RIGHT.format(table=_qualified(t), rows=rows) for t, rows in tables.items()]
        with _load("\n".join(before), "".join(after) + "COMMIT;\n") as take:
            yield take
        connection.close()  # what it has prepared is for the tables of before
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def refuse_in_use(self) -> None:
        """Ask the server who else is there, and look for the tools before they are needed."""
        for name in ("pg_restore", "psql"):
            _tool(name)
        if _rows(OTHERS)[0]:
            raise refusal("database_in_use")
