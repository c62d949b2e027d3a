"""What the database refuses, whoever asks: to change what was shown, and to end too early.

SQLite loses the triggers of a table that a migration rebuilds, so a migration that alters one of
these tables has to end with these statements again.
"""

from django.db import migrations

FROZEN = (
    "uid",
    "kind",
    "subject",
    "title",
    "unit_id",
    "shown",
    "fingerprint",
    "days",
    "published_at",
    "published_by",
    "clock_id",
    "replaces_id",
    "correction",
)
REWRITTEN = " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in FROZEN)
REWRITTEN += " OR OLD.withdrawn_at IS NOT NULL AND OLD.withdrawal {differs} NEW.withdrawal"
for name in ("withdrawn_at", "closed_at"):
    REWRITTEN += f" OR OLD.{name} IS NOT NULL AND OLD.{name} {{differs}} NEW.{name}"
# SQLite's INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
SAME_ROW = """
    EXISTS (SELECT 1 FROM notices_notice n WHERE n.id = NEW.id OR n.uid = NEW.uid
        OR n.clock_id = NEW.clock_id OR n.replaces_id = NEW.replaces_id)
"""
ENDED_EARLY = """
    NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL AND (
      NEW.withdrawn_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM notices_notice n WHERE n.replaces_id = NEW.id)
      OR NOT EXISTS (
        SELECT 1 FROM workdays_clock c
        WHERE c.id = NEW.clock_id AND c.due_at < NEW.closed_at AND NOT c.provisional)
      OR EXISTS (
        SELECT 1 FROM notices_objection o
        WHERE o.notice_id = NEW.id AND o.state IN ('open', 'upheld')))
"""
OUT_OF_TIME = """
    NOT EXISTS (
      SELECT 1 FROM notices_notice n JOIN workdays_clock c ON c.id = n.clock_id
      WHERE n.id = NEW.notice_id AND n.closed_at IS NULL AND n.withdrawn_at IS NULL
        AND n.published_at <= NEW.at AND c.due_at >= NEW.at
        AND NOT EXISTS (SELECT 1 FROM notices_notice r WHERE r.replaces_id = n.id))
"""
# Words can only be taken away, when they are erased, and an answer given once.
REPHRASED = """
    OLD.uid <> NEW.uid OR OLD.notice_id <> NEW.notice_id OR OLD.at <> NEW.at
    OR OLD.text <> NEW.text AND NEW.text <> ''
    OR OLD.answered_at IS NOT NULL AND (OLD.state <> NEW.state
      OR NEW.answered_at {differs} OLD.answered_at OR OLD.answer <> NEW.answer AND NEW.answer <> '')
"""
SAID = ("notices_objection", "notices_comment")

REFUSALS = [
    ("notices_shown_is_final", "UPDATE", "notices_notice", REWRITTEN),
    ("notices_ended_early", "UPDATE", "notices_notice", ENDED_EARLY),
    ("notices_out_of_time", "INSERT", "notices_objection", OUT_OF_TIME),
    *((f"{table}_rephrased", "UPDATE", table, REPHRASED) for table in SAID),
    *((f"{table}_kept", "DELETE", table, "1 = 1") for table in ("notices_notice", *SAID)),
]


def _sqlite():
    refusals = [*REFUSALS, ("notices_replaced", "INSERT", "notices_notice", SAME_ROW)]
    for name, event, table, refused in refusals:
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"WHEN {refused.format(differs='IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )


def _postgresql():
    for name, event, table, refused in REFUSALS:
        # Who objects and who ends the period wait for one another, or neither would see the other.
        lock = "PERFORM 1 FROM notices_notice WHERE id = NEW.notice_id FOR NO KEY UPDATE;"
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{lock if event == 'INSERT' else ''} "
            f"IF {refused.format(differs='IS DISTINCT FROM')} THEN "
            # 23001 is restrict_violation: Django raises IntegrityError, as it does on SQLite.
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23001'; END IF; "
            f"RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END $$"
        )
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)


def install(apps, schema_editor):
    """Create the triggers in the words of the database at hand."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    _run(schema_editor, _postgresql() if postgresql else _sqlite())


def remove(apps, schema_editor):
    """Drop the triggers again."""
    if schema_editor.connection.vendor == "postgresql":
        drops = [f"DROP FUNCTION {name}() CASCADE" for name, *_rest in REFUSALS]
    else:
        names = [name for name, *_rest in REFUSALS]
        drops = [f"DROP TRIGGER {name}" for name in [*names, "notices_replaced"]]
    _run(schema_editor, drops)


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
