from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Apart from the rows it needs: PostgreSQL alters no table with changes still waiting."""

    dependencies = [("grid", "0003_standards_are_dated")]

    operations = [
        migrations.RemoveField("category", "active"),
        migrations.AlterField(
            "category", "valid_from", models.DateTimeField(verbose_name="生效时间")
        ),
        migrations.AlterField(
            "category", "code", models.CharField(max_length=20, verbose_name="编码")
        ),
        migrations.AlterField(
            "category",
            "group",
            models.CharField(blank=True, max_length=60, verbose_name="大类"),
        ),
        migrations.AlterField(
            "category",
            "condition",
            models.CharField(blank=True, max_length=200, verbose_name="立案条件"),
        ),
        migrations.AddConstraint(
            "category",
            models.UniqueConstraint(
                condition=Q(valid_until__isnull=True),
                fields=("code",),
                name="category_code_in_force",
            ),
        ),
        migrations.AddConstraint(
            "category",
            models.UniqueConstraint(fields=("code", "valid_from"), name="category_begins_once"),
        ),
        migrations.AddConstraint(
            "category",
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="category_ends_after_start",
            ),
        ),
    ]
