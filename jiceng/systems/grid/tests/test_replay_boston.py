"""The first 500 rows of the real file. The figures were counted in it by hand-written queries."""

from pathlib import Path

import pytest
from django.conf import settings

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests.requests_file import command

FILE = settings.ROOT.parent / "shared" / "data" / "requests311" / "boston2015_jan_aug.csv.gz"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists(), reason=f"{FILE.name}: the collected data is not here"),
]


def test_the_first_rows_of_boston(tmp_path: Path) -> None:
    said = command(FILE, tmp_path / "report.csv", "--limit", "500")
    assert "读入 500 行：新增 500 件" in said
    assert Case.objects.filter(outcome="closed").count() == 394
    assert Case.objects.filter(outcome="refused").count() == 35
    assert Case.objects.open().count() == 71
    assert Incident.objects.filter(lat=None).count() == 53
    assert Entry.objects.filter(event__startswith="grid.case.").count() == 394 * 6 + 35 * 2 + 71 * 3
    assert "372 件可比，372 件一致（100.0000%）" in said
    assert Unit.objects.filter(depth=1).count() == len(
        {case.unit_id for case in Case.objects.all()}
    )
