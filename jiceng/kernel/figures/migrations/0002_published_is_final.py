"""The database refuses to change or delete a published value, whoever asks."""

from django.db import migrations

TABLE = "figures_published"
REFUSAL = "published values are final: 已发布的数不能修改，只能更正"
# SQLite's INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
SAME_ROW = """
    id = NEW.id OR uid = NEW.uid OR replaces_id = NEW.replaces_id
    OR (NEW.replaces_id IS NULL AND replaces_id IS NULL AND figure = NEW.figure
        AND unit_id = NEW.unit_id AND period = NEW.period AND as_of = NEW.as_of)
"""


def _sqlite():
    for verb in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    yield (
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
        f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE {SAME_ROW}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _postgresql():
    # 23001 is restrict_violation: Django raises IntegrityError for it, as it does on SQLite.
    yield (
        f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001'; END $$"
    )
    yield (
        f"CREATE TRIGGER {TABLE}_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()"
    )


def install(apps, schema_editor):
    """Create the triggers in the words of the database at hand."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    with schema_editor.connection.cursor() as cursor:
        for statement in _postgresql() if postgresql else _sqlite():
            cursor.execute(statement, None)


def remove(apps, schema_editor):
    """Drop the triggers again."""
    if schema_editor.connection.vendor == "postgresql":
        drops = [f"DROP FUNCTION {TABLE}_refuse() CASCADE"]
    else:
        drops = [f"DROP TRIGGER {TABLE}_no_{verb}" for verb in ("update", "delete", "replace")]
    with schema_editor.connection.cursor() as cursor:
        for statement in drops:
            cursor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
