"""A token that changes with the organisation, whoever changes it: what is kept in memory about it
is good for one token."""

from django.db import migrations, models

TABLES = ("unit", "post", "tenure", "delegation", "officer")

SET_TOKEN = """
    INSERT INTO orgs_revision (id, token) VALUES (1, {token})
    ON CONFLICT (id) DO UPDATE SET token = excluded.token
"""
SET_ON_POSTGRESQL = SET_TOKEN.format(token="replace(gen_random_uuid()::text, '-', '')")
SET_ON_SQLITE = SET_TOKEN.format(token="lower(hex(randomblob(16)))")
# Of an officer only this counts; a password is changed more often than an organisation.
COLUMNS = {"officer": " OF is_active"}

POSTGRESQL = [
    f"""
    CREATE FUNCTION orgs_revised() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      {SET_ON_POSTGRESQL};
      RETURN NULL;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER orgs_{table}_revised
        AFTER INSERT OR UPDATE{COLUMNS.get(table, "")} OR DELETE OR TRUNCATE ON orgs_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION orgs_revised()
        """
        for table in TABLES
    ),
]
POSTGRESQL_BACK = [
    *(f"DROP TRIGGER orgs_{table}_revised ON orgs_{table}" for table in TABLES),
    "DROP FUNCTION orgs_revised()",
]
EVENTS = ("INSERT", "UPDATE", "DELETE")
SQLITE = [
    f"""
    CREATE TRIGGER orgs_{table}_revised_{event.lower()}
    AFTER {event}{COLUMNS.get(table, "") if event == "UPDATE" else ""} ON orgs_{table}
    BEGIN {SET_ON_SQLITE}; END
    """
    for table in TABLES
    for event in EVENTS
]
SQLITE_BACK = [
    f"DROP TRIGGER orgs_{table}_revised_{event.lower()}" for table in TABLES for event in EVENTS
]


def forward(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(SET_ON_POSTGRESQL if postgresql else SET_ON_SQLITE)
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement)


def back(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACK if postgresql else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0002_rules")]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("token", models.CharField(max_length=32)),
            ],
            options={
                "verbose_name": "组织版本",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="revision_one_row")
                ],
            },
        ),
        migrations.RunPython(forward, back),
    ]
