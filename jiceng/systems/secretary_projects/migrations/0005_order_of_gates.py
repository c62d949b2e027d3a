"""The order of the gates, refused by the database itself: no act, import or hand goes past it."""

from django.db import migrations

EVIDENCE, PROJECT = "secretary_projects_gateevidence", "secretary_projects_project"
# A gate needs the one before it, on a day that is no later.
OUT_OF_ORDER = f"""
    NEW.gate > 1 AND NOT EXISTS (
      SELECT 1 FROM {EVIDENCE} AS before
      WHERE before.project_id = NEW.project_id AND before.gate = NEW.gate - 1
        AND before.set_aside_at IS NULL AND before.day <= NEW.day)
"""
# What was shown stays; only the end of a publication moves, with the notice that corrects it.
REWRITTEN = """
    OLD.project_id <> NEW.project_id OR OLD.gate <> NEW.gate OR OLD.day <> NEW.day
    OR OLD.at <> NEW.at OR (OLD.set_aside_at IS NOT NULL AND NEW.set_aside_at IS NULL)
"""
NOT_READY = f"""
    NEW.registered_at IS NOT NULL AND NEW.kind = 'project' AND (
      4 > (SELECT COUNT(*) FROM {EVIDENCE} AS passed
           WHERE passed.project_id = NEW.case_id AND passed.set_aside_at IS NULL)
      OR NOT EXISTS (
        SELECT 1 FROM {EVIDENCE} AS published
        WHERE published.project_id = NEW.case_id AND published.gate = 4
          AND published.set_aside_at IS NULL AND published.closes_at <= NEW.registered_at))
"""
NEWLY_NOT_READY = f"OLD.registered_at IS NULL AND {NOT_READY}"
RENUMBERED = """
    OLD.registered_at IS NOT NULL AND (
      NEW.registered_at IS NULL OR NEW.registered_at <> OLD.registered_at
      OR NEW.filing_year <> OLD.filing_year OR NEW.filing_serial <> OLD.filing_serial
      OR NEW.kind <> OLD.kind)
"""
# Nothing of a project that is registered is taken back, or its number would stand on nothing.
UNDERMINED = f"""
    OLD.set_aside_at IS NULL AND NEW.set_aside_at IS NOT NULL AND EXISTS (
      SELECT 1 FROM {PROJECT} AS project
      WHERE project.case_id = NEW.project_id AND project.registered_at IS NOT NULL)
"""

RULES = [
    ("secretary_projects_gate_order", f"INSERT ON {EVIDENCE}", OUT_OF_ORDER),
    ("secretary_projects_gate_rewritten", f"UPDATE ON {EVIDENCE}", REWRITTEN),
    ("secretary_projects_gate_undermined", f"UPDATE ON {EVIDENCE}", UNDERMINED),
    ("secretary_projects_registered_new", f"INSERT ON {PROJECT}", NOT_READY),
    ("secretary_projects_registered_early", f"UPDATE ON {PROJECT}", NEWLY_NOT_READY),
    ("secretary_projects_renumbered", f"UPDATE ON {PROJECT}", RENUMBERED),
]


def _postgresql(name, event, refused):
    return [
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {refused} THEN
            RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN NEW;
        END $$
        """,
        f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _sqlite(name, event, refused):
    head = f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN {refused}"
    return [f"{head} BEGIN SELECT RAISE(ABORT, '{name}'); END"]


def set_rules(apps, schema_editor):
    write = _postgresql if schema_editor.connection.vendor == "postgresql" else _sqlite
    for rule in RULES:
        for statement in write(*rule):
            schema_editor.execute(statement)


def drop_rules(apps, schema_editor):
    for name, event, _refused in RULES:
        if schema_editor.connection.vendor == "postgresql":
            table = event.rpartition(" ")[2]
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("secretary_projects", "0004_outcomes")]
    operations = [migrations.RunPython(set_rules, drop_rules)]
