from django.db import migrations

from jiceng.kernel.figures.service import watched


class Migration(migrations.Migration):
    """Let every first stay of a case mark the unit that received it and the day of the report."""

    dependencies = [
        ("figures", "0001_initial"),
        ("grid", "0008_revision"),
        ("procedures", "0005_lists_in_order"),
    ]

    operations = [
        watched(
            "procedures.CaseStep",
            unit="sent_to",
            day="case__opened_at",
            columns=["step", "entered_at"],
        ),
    ]
