"""The page of import and export, the command, and how long five thousand rows take."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.systems.secretary_projects.actions.importing import import_projects
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.queries.tables.columns import HEADINGS
from jiceng.systems.secretary_projects.tests.scene import Enter, Party
from jiceng.systems.secretary_projects.tests.tables import (
    ITEM,
    PROJECT,
    STEP,
    counts,
    sent_out,
    table,
)

pytestmark = pytest.mark.django_db
PAGE = "/desk/projects/tables/projects/"


def post(client: Client, data: bytes, do: str, key: str = "k") -> HttpResponse:
    file = SimpleUploadedFile("台账.csv", data)
    answer: Any = client.post(PAGE, {"file": file, "do": do, "key": key})
    return answer


class TestPage:
    def test_a_check_says_what_would_be_and_saves_nothing(self, party: Party, enter: Enter) -> None:
        client, before = enter(party.office, party.at), counts()
        answer = post(client, table(PROJECT, STEP, ITEM), "check")
        assert answer.status_code == 200
        assert "导入后将新增 2 项" in answer.content.decode()
        assert counts() == before

    def test_all_faults_are_shown_with_their_places(self, party: Party, enter: Enter) -> None:
        before = counts()
        bad = table(PROJECT | {"主题": "<b>其他"}, STEP | {"权重": "0"}, ITEM)
        for do in ("check", "import"):
            answer = post(enter(party.office, party.at), bad, do)
            said = answer.content.decode()
            assert answer.status_code == 422
            assert "有 2 处问题" in said
            assert "bad_choice" in said
            assert "bad_step_weight" in said
            assert "<b>其他" not in said
        assert counts() == before

    def test_an_import_pressed_twice_is_made_once(self, party: Party, enter: Enter) -> None:
        client, data = enter(party.office, party.at), table(PROJECT, STEP, ITEM)
        for _press in range(2):
            assert post(client, data, "import").status_code == 302
        assert Project.objects.count() == 2
        assert Entry.objects.filter(subject__startswith="secretary_projects.table:").count() == 1
        assert "已导入：新增 2 项，未变 0 项。" in client.get(PAGE).content.decode()

    def test_without_a_file_it_asks_for_one(self, party: Party, enter: Enter) -> None:
        answer = enter(party.office, party.at).post(PAGE, {"do": "import"})
        assert answer.status_code == 422
        assert "表格文件" in answer.content.decode()

    @pytest.mark.parametrize("data", [b"", b"\x00\x01binary", b"PK\x03\x04"])
    def test_a_file_that_is_no_table(self, party: Party, enter: Enter, data: bytes) -> None:
        answer = post(enter(party.office, party.at), data, "import")
        assert answer.status_code == 422
        assert "没有保存任何内容" in answer.content.decode()

    @pytest.mark.parametrize("who", ["chen", "lin", "keeper"])
    def test_whoever_else_gets_403_and_no_rows(self, party: Party, enter: Enter, who: str) -> None:
        client, before = enter(getattr(party, who), party.at), counts()
        assert post(client, table(PROJECT, STEP), "import").status_code == 403
        assert post(client, table(PROJECT, STEP), "check").status_code == 403
        for address in (
            PAGE,
            f"{PAGE}table.csv",
            f"{PAGE}table.xlsx?blank",
            "/desk/projects/tables/x/",
        ):
            answer = client.get(address)
            assert answer.status_code == 403
            assert HEADINGS[0] not in answer.content.decode()
        assert counts() == before

    def test_the_files(self, party: Party, enter: Enter) -> None:
        import_projects(by=party.office, at=party.at, data=table(PROJECT, STEP))
        client = enter(party.office, party.at)
        assert b"".join(client.get(f"{PAGE}table.csv")) == sent_out()
        assert client.get(f"{PAGE}table.xlsx").content.startswith(b"PK")
        assert b"".join(client.get(f"{PAGE}table.csv?blank")).count(b"\r\n") == 1
        assert client.get(f"{PAGE}pdf/").status_code == 404
        assert client.get("/desk/projects/tables/none/").status_code == 404

    def test_only_the_office_is_led_there(self, party: Party, enter: Enter) -> None:
        for who, led in ((party.office, True), (party.chen, False), (party.lin, False)):
            page = enter(who, party.at).get("/desk/projects/").content.decode()
            assert (PAGE in page) == led


class TestCommand:
    def test_out_and_in(self, party: Party, tmp_path: Path, capsys: Any) -> None:
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_bytes(table(PROJECT, STEP, ITEM))
        call_command("projects", "check", str(source))
        assert not Project.objects.exists()
        call_command("projects", "import", str(source))
        call_command("projects", "export", str(target))
        assert "新增 2 项，未变 0 项" in capsys.readouterr().out
        assert target.read_bytes() == sent_out()
        with pytest.raises(CommandError, match="无法写入"):
            call_command("projects", "export", str(target))

    def test_faults_and_files_that_are_not_there(self, party: Party, tmp_path: Path) -> None:
        source = tmp_path / "in.csv"
        source.write_bytes(table(PROJECT | {"主题": "其他"}, STEP))
        with pytest.raises(CommandError, match=r"第 2 行“主题”.*bad_choice"):
            call_command("projects", "import", str(source))
        with pytest.raises(CommandError, match="无法读取"):
            call_command("projects", "import", str(tmp_path / "none.csv"))
        with pytest.raises(CommandError, match="bad_format"):
            call_command("projects", "export", str(tmp_path / "out.ods"))
        assert not Project.objects.exists()


@pytest.mark.slow
def test_five_thousand_rows_in_less_than_a_minute(party: Party) -> None:
    rows = []
    for at in range(2_000):
        filing = f"书记项目〔2025〕{at + 1:03d}号"
        rows.append(PROJECT | {"编号": f"p{at}", "名称": f"项目{at}", "立项编号": filing})
        rows.append(STEP | {"编号": f"p{at}"})
    rows += [ITEM | {"编号": f"i{at}", "名称": f"事项{at}"} for at in range(1_000)]
    began = time.process_time()
    import_projects(by=OPERATOR, at=party.at, data=table(*rows))
    took = time.process_time() - began
    assert Project.objects.count() == 3_000
    assert took < 60, f"{took:.1f} s"
    again = time.process_time()
    done = import_projects(by=OPERATOR, at=party.at, data=sent_out())
    assert done.value is not None
    assert done.value.kept == 3_000
    assert time.process_time() - again < 60
    print(f"{took:.1f} s in, {time.process_time() - again:.1f} s again")
