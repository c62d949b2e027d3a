import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0003_revision"),
        ("secretary_projects", "0002_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=32, unique=True, verbose_name="编号")),
                ("commitment", models.CharField(max_length=64, verbose_name="种子摘要")),
                ("seed", models.CharField(max_length=64, verbose_name="种子")),
                ("candidates", models.JSONField(verbose_name="候选名单")),
                ("inspectors", models.JSONField(verbose_name="督查员名单")),
                ("quotas", models.JSONField(verbose_name="各组名额")),
                ("team_size", models.PositiveSmallIntegerField(default=1, verbose_name="每组人数")),
                ("committed_at", models.DateTimeField(verbose_name="公布时间")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="抽签时间")),
                ("revealed_at", models.DateTimeField(null=True, verbose_name="揭示时间")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="orgs.unit",
                        verbose_name="组织单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "督查抽签",
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=32, unique=True, verbose_name="编号")),
                ("team", models.JSONField(default=list, verbose_name="督查组")),
                ("drawn_at", models.DateTimeField(verbose_name="抽中时间")),
                ("visited_on", models.DateField(null=True, verbose_name="走访日期")),
                ("visited_at", models.DateTimeField(null=True, verbose_name="记录时间")),
                ("words", models.TextField(blank=True, max_length=2000, verbose_name="走访情况")),
                ("photos", models.JSONField(default=list, verbose_name="佐证材料")),
                (
                    "draw",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="secretary_projects.draw",
                        verbose_name="抽签",
                    ),
                ),
                (
                    "inspector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="督查员",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="领办书记",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="secretary_projects.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="orgs.unit",
                        verbose_name="党组织",
                    ),
                ),
            ],
            options={
                "verbose_name": "督查走访",
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=32, unique=True, verbose_name="编号")),
                ("words", models.TextField(max_length=1000, verbose_name="问题")),
                ("photos", models.JSONField(verbose_name="佐证材料")),
                ("found_at", models.DateTimeField(verbose_name="发现时间")),
                ("due_on", models.DateField(verbose_name="整改期限")),
                ("rectified_at", models.DateTimeField(null=True, verbose_name="整改时间")),
                (
                    "rectification",
                    models.TextField(blank=True, max_length=1000, verbose_name="整改情况"),
                ),
                ("rectification_photos", models.JSONField(default=list, verbose_name="整改佐证")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="销号时间")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="secretary_projects.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="secretary_projects.visit",
                        verbose_name="走访",
                    ),
                ),
            ],
            options={
                "verbose_name": "督查问题",
            },
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("drawn_at__isnull", True),
                    ("drawn_at__gte", models.F("committed_at")),
                    _connector="OR",
                ),
                name="draw_after_committing",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revealed_at__isnull", True),
                    models.Q(
                        ("drawn_at__isnull", False), ("revealed_at__gte", models.F("drawn_at"))
                    ),
                    _connector="OR",
                ),
                name="draw_revealed_after_drawing",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("team_size__gt", 0)), name="draw_has_a_team"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["unit", "visited_on"], name="visits_of_unit"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("inspector", models.F("owner")), _negated=True),
                name="visit_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("visited_at__isnull", True), ("visited_on__isnull", True)),
                    models.Q(
                        ("visited_at__gte", models.F("drawn_at")), ("visited_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="visit_after_the_draw",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("draw__isnull", False)),
                fields=("draw", "project"),
                name="visit_drawn_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("photos", []), _negated=True), name="finding_has_evidence"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="finding_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at__isnull", True),
                    models.Q(
                        ("confirmed_at__gte", models.F("rectified_at")),
                        ("rectified_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="finding_confirmed_after_rectifying",
            ),
        ),
    ]
