"""What holds between two rows, or between a row and its past, refused by the database itself."""

from django.db import migrations

SHARES_AN_INSTANT = """
    EXISTS (
      SELECT 1 FROM orgs_tenure AS other
      WHERE other.post_id = NEW.post_id AND other.officer_id = NEW.officer_id {itself_aside}
        AND (NEW.ends_at IS NULL OR NEW.ends_at > NEW.starts_at)
        AND (other.ends_at IS NULL OR other.ends_at > other.starts_at)
        AND (other.ends_at IS NULL OR other.ends_at > NEW.starts_at)
        AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at))
"""
# Before an insert SQLite does not yet know the id of the new row.
OVERLAPS_AS_NEW = SHARES_AN_INSTANT.format(itself_aside="")
OVERLAPS = SHARES_AN_INSTANT.format(itself_aside="AND other.id <> NEW.id")
TENURE_REWRITTEN = """
    OLD.post_id <> NEW.post_id OR OLD.officer_id <> NEW.officer_id
    OR OLD.starts_at <> NEW.starts_at
"""
DELEGATION_REWRITTEN = """
    OLD.post_id <> NEW.post_id OR OLD.giver_id <> NEW.giver_id OR OLD.taker_id <> NEW.taker_id
    OR OLD.starts_at <> NEW.starts_at OR NEW.ends_at > OLD.ends_at
"""

# The lock makes two transactions that appoint to one post wait for each other; without it neither
# would see the other's row.
POSTGRESQL = [
    f"""
    CREATE FUNCTION orgs_tenure_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM orgs_post WHERE id = NEW.post_id FOR NO KEY UPDATE;
      IF {OVERLAPS} THEN
        RAISE EXCEPTION 'orgs_tenure_overlap' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      IF TG_OP = 'UPDATE' AND ({TENURE_REWRITTEN}) THEN
        RAISE EXCEPTION 'orgs_tenure_rewritten' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER orgs_tenure_rules BEFORE INSERT OR UPDATE ON orgs_tenure
    FOR EACH ROW EXECUTE FUNCTION orgs_tenure_rules()
    """,
    f"""
    CREATE FUNCTION orgs_delegation_rules() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.ends_at > NEW.starts_at + interval '366 days' THEN
        RAISE EXCEPTION 'orgs_delegation_too_long'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      IF TG_OP = 'UPDATE' AND ({DELEGATION_REWRITTEN}) THEN
        RAISE EXCEPTION 'orgs_delegation_rewritten'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER orgs_delegation_rules BEFORE INSERT OR UPDATE ON orgs_delegation
    FOR EACH ROW EXECUTE FUNCTION orgs_delegation_rules()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER orgs_tenure_rules ON orgs_tenure",
    "DROP FUNCTION orgs_tenure_rules()",
    "DROP TRIGGER orgs_delegation_rules ON orgs_delegation",
    "DROP FUNCTION orgs_delegation_rules()",
]

SQLITE_TRIGGERS = [
    ("orgs_tenure_overlap_insert", "INSERT ON orgs_tenure", OVERLAPS_AS_NEW),
    ("orgs_tenure_overlap_update", "UPDATE ON orgs_tenure", OVERLAPS),
    ("orgs_tenure_rewritten", "UPDATE ON orgs_tenure", TENURE_REWRITTEN),
    (
        "orgs_delegation_too_long",
        "INSERT ON orgs_delegation",
        "julianday(NEW.ends_at) - julianday(NEW.starts_at) > 366",
    ),
    ("orgs_delegation_rewritten", "UPDATE ON orgs_delegation", DELEGATION_REWRITTEN),
]
SQLITE = [
    f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN {refused} "
    f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    for name, event, refused in SQLITE_TRIGGERS
]
SQLITE_BACK = [f"DROP TRIGGER {name}" for name, _event, _refused in SQLITE_TRIGGERS]


def _run(schema_editor, on_postgresql, on_sqlite):
    statements = on_postgresql if schema_editor.connection.vendor == "postgresql" else on_sqlite
    for statement in statements:
        schema_editor.execute(statement)


def set_rules(apps, schema_editor):
    _run(schema_editor, POSTGRESQL, SQLITE)


def drop_rules(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]
    operations = [migrations.RunPython(set_rules, drop_rules)]
