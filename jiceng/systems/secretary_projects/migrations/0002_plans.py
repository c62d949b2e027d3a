from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretary_projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="步骤")),
                ("expected", models.CharField(max_length=200, verbose_name="预期成果")),
                ("owner", models.CharField(max_length=60, verbose_name="责任人")),
                ("due_on", models.DateField(verbose_name="时间节点")),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=3, max_digits=8, null=True, verbose_name="权重"
                    ),
                ),
                (
                    "claimed",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=5,
                        verbose_name="自报进度",
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="自报时间")),
                ("done_at", models.DateTimeField(null=True, verbose_name="自报完成时间")),
                (
                    "verified",
                    models.DecimalField(
                        decimal_places=2, max_digits=5, null=True, verbose_name="核查进度"
                    ),
                ),
                (
                    "verified_claim",
                    models.DecimalField(
                        decimal_places=2, max_digits=5, null=True, verbose_name="核查时自报进度"
                    ),
                ),
                ("verified_at", models.DateTimeField(null=True, verbose_name="核查时间")),
                ("set_at", models.DateTimeField(verbose_name="列入时间")),
                ("dropped_at", models.DateTimeField(null=True, verbose_name="取消时间")),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan",
                        to="secretary_projects.project",
                        verbose_name="项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "方案步骤",
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("monthly", "月调度"),
                            ("bimonthly", "双月报"),
                            ("half_year", "半年评"),
                        ],
                        max_length=12,
                        verbose_name="种类",
                    ),
                ),
                ("period_start", models.DateField(verbose_name="期初")),
                ("period_end", models.DateField(verbose_name="期末")),
                ("due_at", models.DateTimeField(verbose_name="应报时间")),
                ("at", models.DateTimeField(verbose_name="上报时间")),
                ("facts", models.JSONField(verbose_name="系统数据")),
                (
                    "blockers",
                    models.TextField(blank=True, max_length=1000, verbose_name="堵点难点"),
                ),
                ("comment", models.TextField(blank=True, max_length=1000, verbose_name="说明")),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="secretary_projects.project",
                        verbose_name="项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度记录",
            },
        ),
        migrations.AddIndex(
            model_name="planstep",
            index=models.Index(fields=["project", "due_on"], name="plan_of_project"),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__isnull", True), ("weight__gt", 0), _connector="OR"),
                name="step_weight_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed__gte", 0),
                    ("claimed__lte", 100),
                    models.Q(
                        ("verified__isnull", True),
                        models.Q(("verified__gte", 0), ("verified__lte", 100)),
                        _connector="OR",
                    ),
                ),
                name="step_progress_in_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("verified__isnull", True),
                        ("verified_at__isnull", True),
                        ("verified_claim__isnull", True),
                    ),
                    models.Q(
                        ("verified__isnull", False),
                        ("verified_at__isnull", False),
                        ("verified_claim__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="step_verified_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(("expected", ""), _negated=True),
                    models.Q(("owner", ""), _negated=True),
                ),
                name="step_says_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("project", "duty", "period_start"), name="reported_once_a_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gt", models.F("period_start"))),
                name="report_period_has_days",
            ),
        ),
    ]
