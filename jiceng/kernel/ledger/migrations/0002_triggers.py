"""What the database itself refuses and does: no change of history, no entry forgotten.

SQLite loses the triggers of a table that a migration rebuilds (it copies and drops the table), so
a migration that alters one of these tables has to end with these statements again; ``ledger
verify`` reports a missing trigger.
"""

from django.db import migrations

GUARDED = ("ledger_entry", "ledger_seal", "ledger_checkpoint", "ledger_epoch")

# SQLite's INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
SAME_ROW = {
    "ledger_entry": "id = NEW.id OR uid = NEW.uid",
    "ledger_seal": "entry_id = NEW.entry_id OR (epoch = NEW.epoch AND position = NEW.position)",
    "ledger_checkpoint": "id = NEW.id OR (epoch = NEW.epoch AND size = NEW.size)",
    "ledger_epoch": "number = NEW.number",
}
REFUSAL = "台账只增不改：ledger rows are never updated or deleted"

SQLITE_QUEUE = """
CREATE TRIGGER ledger_queue AFTER INSERT ON ledger_entry BEGIN
    INSERT INTO ledger_pending (entry_id, queued)
    VALUES (NEW.id, CAST(strftime('%s', 'now') AS INTEGER));
END
"""
# One statement for a thousand rows of a bulk insert, instead of a thousand.
POSTGRESQL_QUEUE = """
CREATE FUNCTION ledger_queue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO ledger_pending (entry_id, queued)
    SELECT id, extract(epoch from clock_timestamp())::bigint FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_queue AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_queue();
"""
# 23001 is restrict_violation: Django raises IntegrityError for it, as it does on SQLite.
POSTGRESQL_REFUSE = f"""
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001';
END $$;
"""


def _sqlite_guards(table):
    for verb in ("update", "delete"):
        yield (
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    yield (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {SAME_ROW[table]}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            # Without parameters «%s» of strftime stays what it is.
            cursor.execute(statement, None)


def install(apps, schema_editor):
    """Create the triggers in the words of the database at hand."""
    if schema_editor.connection.vendor == "postgresql":
        refuse = [
            f"CREATE TRIGGER ledger_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
            for table in GUARDED
        ]
        _run(schema_editor, [POSTGRESQL_QUEUE, POSTGRESQL_REFUSE, *refuse])
    else:
        guards = [statement for table in GUARDED for statement in _sqlite_guards(table)]
        _run(schema_editor, [SQLITE_QUEUE, *guards])


def remove(apps, schema_editor):
    """Drop the triggers again."""
    if schema_editor.connection.vendor == "postgresql":
        drops = [f"DROP TRIGGER ledger_refuse ON {table}" for table in GUARDED]
        drops += ["DROP TRIGGER ledger_queue ON ledger_entry"]
        drops += ["DROP FUNCTION ledger_refuse()", "DROP FUNCTION ledger_queue()"]
    else:
        drops = [
            f"DROP TRIGGER {table}_no_{verb}"
            for table in GUARDED
            for verb in ("update", "delete", "replace")
        ]
        drops += ["DROP TRIGGER ledger_queue"]
    _run(schema_editor, drops)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
