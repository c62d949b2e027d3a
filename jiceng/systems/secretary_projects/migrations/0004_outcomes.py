import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0003_revision"),
        ("secretary_projects", "0003_inspections"),
    ]

    operations = [
        migrations.CreateModel(
            name="Adoption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="推广日期")),
                ("words", models.CharField(max_length=500, verbose_name="做法")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="orgs.unit",
                        verbose_name="推广单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "推广应用",
            },
        ),
        migrations.CreateModel(
            name="Exemplar",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="exemplar",
                        serialize=False,
                        to="secretary_projects.project",
                        verbose_name="项目",
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="题目")),
                ("summary", models.TextField(max_length=1000, verbose_name="经验")),
                ("raised_at", models.DateTimeField(verbose_name="推荐时间")),
                ("article", models.TextField(blank=True, max_length=6000, verbose_name="专栏文章")),
                ("article_at", models.DateTimeField(null=True, verbose_name="刊发时间")),
                ("review", models.CharField(blank=True, max_length=32, verbose_name="路演评审")),
                ("entered_at", models.DateTimeField(null=True, verbose_name="参加路演时间")),
            ],
            options={
                "verbose_name": "典型案例",
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="代码")),
                ("label", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enterprise", "招引企业"),
                            ("problem", "解决企业诉求"),
                            ("income", "收入"),
                            ("other", "其他成效"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("measure", models.CharField(max_length=10, verbose_name="计量单位")),
                ("counted_in", models.CharField(max_length=10, verbose_name="量词")),
                (
                    "aggregation",
                    models.CharField(
                        choices=[
                            ("count", "计数"),
                            ("sum", "合计"),
                            ("latest", "取最近一次"),
                            ("none", "不可合计"),
                        ],
                        max_length=10,
                        verbose_name="汇总方式",
                    ),
                ),
                ("definition", models.CharField(max_length=200, verbose_name="口径")),
                (
                    "baseline",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="基线"),
                ),
                ("baseline_on", models.DateField(verbose_name="基线日期")),
                ("set_at", models.DateTimeField(verbose_name="设定时间")),
            ],
            options={
                "verbose_name": "成效指标",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("measure", ""), _negated=True),
                            models.Q(("label", ""), _negated=True),
                            models.Q(("definition", ""), _negated=True),
                            models.Q(("counted_in", ""), _negated=True),
                        ),
                        name="indicator_says_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("baseline__gte", 0)), name="indicator_baseline"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=32, unique=True, verbose_name="编号")),
                ("name", models.CharField(max_length=120, verbose_name="内容")),
                ("opened_on", models.DateField(verbose_name="发生日期")),
                ("achieved_on", models.DateField(null=True, verbose_name="达成日期")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, null=True, verbose_name="数额"
                    ),
                ),
                ("measure", models.CharField(max_length=10, verbose_name="计量单位")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="secretary_projects.indicator",
                        verbose_name="指标",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
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
                "verbose_name": "成效记录",
            },
        ),
        migrations.AddConstraint(
            model_name="exemplar",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("article", ""), ("article_at__isnull", True)),
                    models.Q(
                        models.Q(("article", ""), _negated=True), ("article_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="exemplar_article_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemplar",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entered_at__isnull", True), ("review", "")),
                    models.Q(
                        models.Q(("review", ""), _negated=True),
                        ("article_at__isnull", False),
                        ("entered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="exemplar_enters_with_article",
            ),
        ),
        migrations.AddField(
            model_name="adoption",
            name="exemplar",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adoptions",
                to="secretary_projects.exemplar",
                verbose_name="典型",
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["unit", "achieved_on"], name="results_of_unit"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__isnull", True), ("amount__gte", 0), _connector="OR"),
                name="result_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure", ""), _negated=True), name="result_has_a_measure"
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("achieved_on__isnull", True),
                    ("achieved_on__gte", models.F("opened_on")),
                    _connector="OR",
                ),
                name="result_achieved_after_opening",
            ),
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.UniqueConstraint(
                fields=("exemplar", "unit"), name="exemplar_adopted_once"
            ),
        ),
    ]
