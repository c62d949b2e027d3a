"""Where a unit moves, what was counted below the units above it is no longer so: it is counted
live until it is built anew."""

from django.db import migrations

STALE = "UPDATE figures_rollup SET fingerprint = ''"
# The path of a new unit is written twice, first without its id.
MOVED = "OLD.path LIKE '/%'"

POSTGRESQL = [
    f"""
    CREATE FUNCTION figures_unit_moved() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {STALE}; RETURN NULL; END $$
    """,
    f"""
    CREATE TRIGGER figures_unit_moved AFTER UPDATE OF path ON orgs_unit
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path AND {MOVED})
    EXECUTE FUNCTION figures_unit_moved()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER figures_unit_moved AFTER UPDATE OF path ON orgs_unit
    WHEN OLD.path IS NOT NEW.path AND {MOVED} BEGIN {STALE}; END
    """
]


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)


def install(apps, schema_editor):
    """Create the trigger in the words of the database at hand."""
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def remove(apps, schema_editor):
    """Drop it again."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    drop = "FUNCTION figures_unit_moved() CASCADE" if postgresql else "TRIGGER figures_unit_moved"
    _run(schema_editor, [f"DROP {drop}"])


class Migration(migrations.Migration):
    dependencies = [("figures", "0002_published_is_final")]
    operations = [migrations.RunPython(install, remove)]
