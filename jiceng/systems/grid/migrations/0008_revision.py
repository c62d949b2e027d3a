"""A token that changes with the standards, the grids and the routing rules, whoever changes them:
what is kept in memory about them is good for one token."""

from django.db import migrations, models

TABLES = ("category", "cell", "routingrule")

SET_TOKEN = """
    INSERT INTO grid_revision (id, token) VALUES (1, {token})
    ON CONFLICT (id) DO UPDATE SET token = excluded.token
"""
SET_ON_POSTGRESQL = SET_TOKEN.format(token="replace(gen_random_uuid()::text, '-', '')")
SET_ON_SQLITE = SET_TOKEN.format(token="lower(hex(randomblob(16)))")

POSTGRESQL = [
    f"""
    CREATE FUNCTION grid_revised() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      {SET_ON_POSTGRESQL};
      RETURN NULL;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER grid_{table}_revised
        AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON grid_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION grid_revised()
        """
        for table in TABLES
    ),
]
POSTGRESQL_BACK = [
    *(f"DROP TRIGGER grid_{table}_revised ON grid_{table}" for table in TABLES),
    "DROP FUNCTION grid_revised()",
]
EVENTS = ("INSERT", "UPDATE", "DELETE")
SQLITE = [
    f"""
    CREATE TRIGGER grid_{table}_revised_{event.lower()}
    AFTER {event} ON grid_{table}
    BEGIN {SET_ON_SQLITE}; END
    """
    for table in TABLES
    for event in EVENTS
]
SQLITE_BACK = [
    f"DROP TRIGGER grid_{table}_revised_{event.lower()}" for table in TABLES for event in EVENTS
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
    dependencies = [("grid", "0007_routing_in_order")]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("token", models.CharField(max_length=32)),
            ],
            options={
                "verbose_name": "网格设置版本",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="grid_revision_one_row"
                    )
                ],
            },
        ),
        migrations.RunPython(forward, back),
    ]
