from datetime import UTC, datetime, timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max, Min

# Before the first act of any installation: for rows whose act is not in the ledger.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def date_them(apps, schema_editor):
    """A category is in force since it was first set; one that was closed ended after its last use.

    When it was closed nobody wrote down, so the end is the first instant after everything known.
    """
    categories = apps.get_model("grid", "Category").objects
    entries = apps.get_model("ledger", "Entry").objects
    for category in categories.all():
        told = entries.filter(subject=f"grid.category:{category.code}")
        span = told.aggregate(first=Min("at"), last=Max("at"))
        since, until = span["first"] or LONG_AGO, None
        if not category.active:
            used = category.incident_set.aggregate(last=Max("case__opened_at"))["last"]
            until = max(filter(None, [since, span["last"], used])) + timedelta(microseconds=1)
        categories.filter(pk=category.pk).update(valid_from=since, valid_until=until)


def close_them(apps, schema_editor):
    """Going back, what has ended is closed; it is impossible once a code has two versions."""
    categories = apps.get_model("grid", "Category").objects
    categories.filter(valid_until__isnull=False).update(active=False)


def unit(label):
    """Return a reference to a unit that may be empty."""
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="orgs.unit",
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0002_keep_what_was_sent"),
        ("ledger", "0002_triggers"),
        ("orgs", "0001_initial"),
        ("procedures", "0001_initial"),
    ]

    operations = [
        *(
            migrations.AddField("category", name, field)
            for name, field in {
                "group": models.CharField(
                    blank=True, default="", max_length=60, verbose_name="大类"
                ),
                "condition": models.CharField(
                    blank=True, default="", max_length=200, verbose_name="立案条件"
                ),
                "responsible_unit": unit("责任单位"),
                "supervising_unit": unit("监管单位"),
                "needs_verification": models.BooleanField(default=True, verbose_name="需核实"),
                "anonymous_allowed": models.BooleanField(default=False, verbose_name="允许匿名"),
                "sensitive": models.BooleanField(default=False, verbose_name="敏感"),
                "duplicate_radius": models.PositiveSmallIntegerField(
                    default=0, verbose_name="查重半径"
                ),
                "valid_from": models.DateTimeField(null=True, verbose_name="生效时间"),
                "valid_until": models.DateTimeField(blank=True, null=True, verbose_name="失效时间"),
            }.items()
        ),
        migrations.RunPython(date_them, close_them),
    ]
