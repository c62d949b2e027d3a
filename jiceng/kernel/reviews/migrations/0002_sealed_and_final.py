"""What the database itself refuses, whoever asks: a published rule changes, a judge scores where
an interest stands in the way, a ballot is edited or opened early, anything moves after closing.

SQLite loses the triggers of a table that a migration rebuilds (it copies and drops the table), so
a migration that alters one of these tables has to end with these statements again.
"""

from django.db import migrations

REFUSAL = "评议内容已经固定：reviews are sealed until closed and final afterwards"
NAMES = ("review", "candidate", "panelist", "assignment", "ballot")
ALWAYS = "1 = 1"


def _changed(*columns):
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


OWN = "r.id = NEW.review_id"
OF_PAIR = "r.id = (SELECT p.review_id FROM reviews_panelist p WHERE p.id = NEW.panelist_id)"
OF_BALLOT = (
    "r.id = (SELECT p.review_id FROM reviews_panelist p JOIN reviews_assignment a"
    " ON a.panelist_id = p.id WHERE a.id = NEW.assignment_id)"
)


def _closed(which, closed=True):
    state = "IS NOT NULL" if closed else "IS NULL"
    return f"EXISTS (SELECT 1 FROM reviews_review r WHERE {which} AND r.closed_at {state})"


FROZEN = _changed(
    "id", "uid", "kind", "title", "unit_id", "chair_id", "rule", "fingerprint", "seed", "opened_at"
)
PANEL_STANDS = "EXISTS (SELECT 1 FROM reviews_panelist p WHERE p.review_id = NEW.review_id)"
STRANGERS = (
    "(SELECT review_id FROM reviews_panelist WHERE id = NEW.panelist_id)"
    " <> (SELECT review_id FROM reviews_candidate WHERE id = NEW.candidate_id)"
)
SCORED = "EXISTS (SELECT 1 FROM reviews_ballot b WHERE b.assignment_id = OLD.id)"
INTEREST = (
    "EXISTS (SELECT 1 FROM reviews_assignment a"
    " WHERE a.id = NEW.assignment_id AND a.interest <> '')"
)
SETTLED = f"{SCORED} OR OLD.interest <> '' OR {_changed('id', 'panelist_id', 'candidate_id')}"
ENVELOPE = _changed("id", "assignment_id", "commitment", "sealed", "cast_at")

# Table, verb, which review has to stand still meanwhile, and when it is refused.
GUARDS = (
    ("review", "UPDATE", "", f"OLD.closed_at IS NOT NULL OR {FROZEN}"),
    ("candidate", "INSERT", OWN, f"{_closed(OWN)} OR {PANEL_STANDS}"),
    ("candidate", "UPDATE", "", ALWAYS),
    ("panelist", "INSERT", OWN, _closed(OWN)),
    ("panelist", "UPDATE", "", ALWAYS),
    ("assignment", "INSERT", OF_PAIR, f"{_closed(OF_PAIR)} OR {STRANGERS}"),
    ("assignment", "UPDATE", OF_PAIR, f"{_closed(OF_PAIR)} OR {SETTLED}"),
    ("ballot", "INSERT", OF_BALLOT, f"{_closed(OF_BALLOT)} OR {INTEREST} OR NEW.marks <> ''"),
    (
        "ballot",
        "UPDATE",
        OF_BALLOT,
        f"{_closed(OF_BALLOT, closed=False)} OR OLD.marks <> '' OR {ENVELOPE}",
    ),
    *((name, "DELETE", "", ALWAYS) for name in NAMES),
)

# SQLite's INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
SAME_ROW = {
    "review": "id = NEW.id OR uid = NEW.uid",
    "candidate": "id = NEW.id OR (review_id = NEW.review_id AND number = NEW.number)"
    " OR (review_id = NEW.review_id AND subject = NEW.subject AND subject <> '')",
    "panelist": "id = NEW.id OR (review_id = NEW.review_id"
    " AND (number = NEW.number OR officer_id = NEW.officer_id))",
    "assignment": "id = NEW.id"
    " OR (panelist_id = NEW.panelist_id AND candidate_id = NEW.candidate_id)",
    "ballot": "id = NEW.id OR assignment_id = NEW.assignment_id",
}


def _name(name, verb):
    return f"reviews_{name}_no_{verb.lower()}"


def _sqlite():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for name, verb, _still, condition in GUARDS:
        yield (
            f"CREATE TRIGGER {_name(name, verb)} BEFORE {verb} ON reviews_{name}"
            f" WHEN {condition} {refuse}"
        )
    for name, same in SAME_ROW.items():
        yield (
            f"CREATE TRIGGER {_name(name, 'replace')} BEFORE INSERT ON reviews_{name}"
            f" WHEN EXISTS (SELECT 1 FROM reviews_{name} WHERE {same}) {refuse}"
        )


def _postgresql():
    # 23001 is restrict_violation: Django raises IntegrityError for it, as it does on SQLite.
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001';"
    for name, verb, still, condition in GUARDS:
        # Whoever is just closing the review is waited for; then it is closed.
        wait = f"PERFORM 1 FROM reviews_review r WHERE {still} FOR SHARE;" if still else ""
        row = "OLD" if verb == "DELETE" else "NEW"
        yield (
            f"CREATE FUNCTION {_name(name, verb)}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" {wait} IF {condition} THEN {refuse} END IF; RETURN {row}; END $$"
        )
        yield (
            f"CREATE TRIGGER {_name(name, verb)} BEFORE {verb} ON reviews_{name}"
            f" FOR EACH ROW EXECUTE FUNCTION {_name(name, verb)}()"
        )
    yield (
        "CREATE FUNCTION reviews_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {refuse} END $$"
    )
    for name in NAMES:
        yield (
            f"CREATE TRIGGER reviews_{name}_no_truncate BEFORE TRUNCATE ON reviews_{name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION reviews_refuse()"
        )


def _drops(vendor):
    if vendor == "postgresql":
        for name, verb, _still, _condition in GUARDS:
            yield f"DROP TRIGGER {_name(name, verb)} ON reviews_{name}"
            yield f"DROP FUNCTION {_name(name, verb)}()"
        for name in NAMES:
            yield f"DROP TRIGGER reviews_{name}_no_truncate ON reviews_{name}"
        yield "DROP FUNCTION reviews_refuse()"
    else:
        for name, verb, _still, _condition in GUARDS:
            yield f"DROP TRIGGER {_name(name, verb)}"
        for name in NAMES:
            yield f"DROP TRIGGER {_name(name, 'replace')}"


def _run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)


def install(apps, schema_editor):
    """Create the triggers in the words of the database at hand."""
    vendor = schema_editor.connection.vendor
    _run(schema_editor, _postgresql() if vendor == "postgresql" else _sqlite())


def remove(apps, schema_editor):
    """Drop the triggers again."""
    _run(schema_editor, _drops(schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
