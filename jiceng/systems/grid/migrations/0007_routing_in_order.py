from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("grid", "0006_watches_and_indexes")]

    operations = [
        migrations.AddConstraint(
            model_name="routingrule",
            constraint=models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_from__isnull=True, valid_until__isnull=True),
                name="routing_rule_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="routingrule",
            constraint=models.UniqueConstraint(
                fields=["position"],
                condition=Q(valid_from__isnull=False, valid_until__isnull=True),
                name="routing_rule_one_place",
            ),
        ),
    ]
