import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("orgs", "0003_revision"),
        ("orgs", "__first__"),
        ("procedures", "0005_lists_in_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="procedures.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("project", "书记项目"), ("item", "书记领办事项")],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("investment", "双招双引"),
                            ("enterprise", "企业服务"),
                            ("collective", "集体经济"),
                            ("governance", "基层治理"),
                            ("livelihood", "民生实事"),
                            ("rural", "乡村振兴"),
                            ("party", "党的建设"),
                        ],
                        max_length=20,
                        verbose_name="主题",
                    ),
                ),
                (
                    "background",
                    models.TextField(blank=True, max_length=1000, verbose_name="背景和问题"),
                ),
                ("expected", models.TextField(max_length=500, verbose_name="预期成效")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("due_on", models.DateField(verbose_name="完成期限")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                (
                    "filing_year",
                    models.PositiveSmallIntegerField(null=True, verbose_name="立项年度"),
                ),
                ("filing_serial", models.PositiveIntegerField(null=True, verbose_name="立项序号")),
                ("registered_at", models.DateTimeField(null=True, verbose_name="立项时间")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="验收时间")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                ("milestone", models.CharField(blank=True, max_length=80, verbose_name="最近节点")),
                ("milestone_at", models.DateTimeField(null=True, verbose_name="节点时间")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="领办书记",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="orgs.unit",
                        verbose_name="党组织",
                    ),
                ),
            ],
            options={
                "verbose_name": "书记项目",
            },
        ),
        migrations.CreateModel(
            name="FilingBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("project", "书记项目"), ("item", "书记领办事项")],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("last", models.PositiveIntegerField(default=0, verbose_name="最后序号")),
            ],
            options={
                "verbose_name": "立项编号簿",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "year"), name="filing_book_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="GateEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "gate",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "深入调查"),
                            (2, "集体研究"),
                            (3, "上报备案"),
                            (4, "公示公开"),
                        ],
                        verbose_name="关口",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("words", models.TextField(max_length=1000, verbose_name="情况")),
                ("photos", models.JSONField(default=list, verbose_name="佐证材料")),
                ("notice", models.CharField(blank=True, max_length=32, verbose_name="公示")),
                ("closes_at", models.DateTimeField(null=True, verbose_name="公示截止")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                ("set_aside_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="secretary_projects.project",
                        verbose_name="项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "立项佐证",
            },
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["unit", "kind"], name="project_of_unit"),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["-milestone_at"], name="project_by_milestone"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("starts_on"))),
                name="project_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                fields=("kind", "filing_year", "filing_serial"), name="project_filed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("filing_serial__isnull", True),
                        ("filing_year__isnull", True),
                        ("registered_at__isnull", True),
                    ),
                    models.Q(
                        ("filing_serial__isnull", False),
                        ("filing_year__isnull", False),
                        ("registered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="project_registered_with_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_at__isnull", True),
                    ("accepted_at__gte", models.F("registered_at")),
                    _connector="OR",
                ),
                name="project_accepted_after_registering",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("completed_at__isnull", True),
                    ("completed_at__gte", models.F("accepted_at")),
                    _connector="OR",
                ),
                name="project_completed_after_accepting",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_at__isnull", True), ("registered_at__isnull", False), _connector="OR"
                ),
                name="project_accepted_is_registered",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("completed_at__isnull", True), ("accepted_at__isnull", False), _connector="OR"
                ),
                name="project_completed_is_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="gateevidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("set_aside_at__isnull", True)),
                fields=("project", "gate"),
                name="gate_passed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="gateevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_at__isnull", False), ("gate", 4)),
                    models.Q(("closes_at__isnull", True), ("gate__in", (1, 2, 3))),
                    _connector="OR",
                ),
                name="gate_publication_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="gateevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="gate_has_words"
            ),
        ),
    ]
