"""Tables of divisions: what is read, and what is refused on which line."""

import pytest

from jiceng.kernel.orgs.divisions import (
    MAX_BYTES,
    BadTable,
    check_table,
    kind_of,
    read_table,
    short_name,
)
from jiceng.kernel.orgs.terms import Kind

HEAD = "code,name,level,parent\n"
ZONE = "990000,示范经济开发区,county,9900\n"
STREET = "990000001,东湖街道,town,990000\n"
VILLAGE = "990000001001,柳岸居委会,village,990000001\n"


def problems(text: str | bytes, known: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadTable) as refused:
        check_table(read_table(data), known, has_root=bool(known))
    assert all(str(problem.sentence) for problem in refused.value.problems)
    return [(problem.line, problem.code) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("level", "name", "kind", "short"),
    [
        ("county", "示范经济开发区", Kind.ZONE, "示范经济开发区"),
        ("county", "滨江新区", Kind.ZONE, "滨江新区"),
        ("county", "东城区", Kind.COUNTY, "东城区"),
        ("town", "东湖街道", Kind.STREET, "东湖街道"),
        ("town", "东湖街道办事处", Kind.STREET, "东湖街道"),
        ("town", "老河镇", Kind.TOWN, "老河镇"),
        ("town", "青山乡", Kind.TOWN, "青山乡"),
        ("town", "北关经济开发区", Kind.ZONE, "北关经济开发区"),
        ("town", "国营农场", Kind.OTHER, "国营农场"),
        ("village", "柳岸居委会", Kind.COMMUNITY, "柳岸社区"),
        ("village", "马山社区居民委员会", Kind.COMMUNITY, "马山社区"),
        ("village", "石桥村委会", Kind.VILLAGE, "石桥村"),
        ("village", "石桥村村民委员会", Kind.VILLAGE, "石桥村"),
        ("village", "石桥村民委员会", Kind.VILLAGE, "石桥村"),
        ("village", "园区虚拟社区", Kind.COMMUNITY, "园区虚拟社区"),
        ("village", "厂区生活区", Kind.OTHER, "厂区生活区"),
        ("village", "居委会", Kind.COMMUNITY, "居委会"),
        ("city", "北江市", Kind.CITY, "北江市"),
        ("province", "北江省", Kind.PROVINCE, "北江省"),
    ],
)
def test_what_a_unit_is_and_how_it_is_called(level: str, name: str, kind: Kind, short: str) -> None:
    assert kind_of(level, name) == kind
    assert short_name(level, name) == short


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((HEAD + ZONE + STREET + VILLAGE).encode(), id="utf-8"),
        pytest.param((HEAD + ZONE + STREET + VILLAGE).encode("utf-8-sig"), id="with a mark"),
        pytest.param((HEAD + ZONE + STREET + VILLAGE).encode("gb18030"), id="gb18030"),
        pytest.param((HEAD + VILLAGE + STREET + ZONE).encode(), id="children first"),
        pytest.param((HEAD + ZONE + STREET + VILLAGE).replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param((HEAD + ZONE + STREET + VILLAGE).replace("\n", "\r").encode(), id="bare cr"),
        pytest.param((HEAD + ZONE + "\n,,,\n" + STREET + VILLAGE).encode(), id="blank lines"),
        pytest.param(
            (HEAD + ' 990000 ,"示范经济开发区",county, 9900\n' + STREET + VILLAGE).encode(),
            id="spaces and quotes",
        ),
    ],
)
def test_a_right_table_comes_parents_first(data: bytes) -> None:
    rows = check_table(read_table(data), frozenset(), has_root=False)
    assert [(row.code, row.name, row.parent) for row in rows] == [
        ("990000", "示范经济开发区", "9900"),
        ("990000001", "东湖街道", "990000"),
        ("990000001001", "柳岸居委会", "990000001"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(HEAD + ZONE + ZONE, [(3, "duplicate_code")], id="a code twice"),
        pytest.param(
            HEAD + ZONE + "880000,临江经济开发区,county,8800\n",
            [(3, "second_root")],
            id="two roots",
        ),
        pytest.param(
            HEAD + ZONE + "990099001,无主街道,town,990099\n",
            [(3, "unknown_parent")],
            id="unknown parent",
        ),
        pytest.param(
            HEAD + ZONE + "990000001,无主街道,town,\n", [(3, "unknown_parent")], id="no parent"
        ),
        pytest.param(
            HEAD + ZONE + "990000001,甲街道,town,990000002\n" + "990000002,乙街道,town,990000001\n",
            [(3, "parent_not_above"), (4, "parent_not_above")],
            id="a ring",
        ),
        pytest.param(
            HEAD + "990000,自环区,county,990000\n", [(2, "parent_not_above")], id="own parent"
        ),
        pytest.param(
            HEAD + ZONE + STREET + "990000001001,倒挂居委会,village,990000001\n"
            "990000002,倒挂街道,town,990000001001\n",
            [(5, "parent_not_above")],
            id="a town under a village",
        ),
        pytest.param(
            HEAD + ZONE + STREET + "990000002001,错挂居委会,village,990000001\n",
            [(4, "foreign_parent")],
            id="a code of another branch",
        ),
        pytest.param(HEAD + "990000,甲区,district,9900\n", [(2, "bad_level")], id="bad level"),
        pytest.param(HEAD + "99000,甲区,county,9900\n", [(2, "bad_code")], id="short code"),
        pytest.param(HEAD + "９９００００,甲区,county,9900\n", [(2, "bad_code")], id="wide digits"),
        pytest.param(HEAD + "99000x,甲区,county,9900\n", [(2, "bad_code")], id="a letter"),
        pytest.param(HEAD + "990000,,county,9900\n", [(2, "bad_name")], id="no name"),
        pytest.param(HEAD + f"990000,{'长' * 51},county,9900\n", [(2, "bad_name")], id="long name"),
        pytest.param(HEAD + "990000,甲\u202e区,county,9900\n", [(2, "bad_name")], id="turned name"),
        pytest.param(HEAD + "990000,甲\t区,county,9900\n", [(2, "bad_name")], id="tab in a name"),
        pytest.param(HEAD + '990000,"甲\n区",county,9900\n', [(2, "bad_name")], id="two lines"),
        pytest.param(HEAD + "990000,=1+1,county,9900\n", [(2, "formula_name")], id="formula"),
        pytest.param(HEAD + "990000,@SUM,county,9900\n", [(2, "formula_name")], id="at sign"),
        pytest.param(HEAD + "990000,＝甲,county,9900\n", [(2, "formula_name")], id="wide formula"),
        pytest.param(HEAD + "990000,-甲,county,9900\n", [(2, "formula_name")], id="minus"),
        pytest.param(HEAD + "990000,甲区,county\n", [(2, "bad_cells")], id="three cells"),
        pytest.param(HEAD + "990000,甲,乙,county,9900\n", [(2, "bad_cells")], id="five cells"),
        pytest.param(HEAD + ZONE + '990000001,"没关,town,990000\n', [(3, "bad_csv")], id="quote"),
        pytest.param(HEAD + ZONE + 'a,"b"c,town,x\n', [(3, "bad_csv")], id="text after a quote"),
        pytest.param(HEAD + f"990000,{'x' * 200_000},county,9900\n", [(2, "bad_csv")], id="huge"),
        pytest.param("code;name;level;parent\n", [(1, "bad_columns")], id="semicolons"),
        pytest.param("code,name,parent,level\n", [(1, "bad_columns")], id="other order"),
        pytest.param("name,code,level,parent\n", [(1, "bad_columns")], id="no code first"),
        pytest.param(HEAD, [(0, "no_rows")], id="only a head"),
        pytest.param("", [(0, "no_rows")], id="empty"),
        pytest.param("\n" + HEAD, [(1, "bad_columns")], id="head on the second line"),
        pytest.param((HEAD + ZONE).encode("utf-16"), [(0, "bad_encoding")], id="utf-16"),
        pytest.param((HEAD + ZONE).encode() + b"\xff", [(0, "bad_encoding")], id="broken utf-8"),
        pytest.param(HEAD + "990000,a\x00b,county,9900\n", [(0, "bad_encoding")], id="nul"),
        pytest.param(b"x" * (MAX_BYTES + 1), [(0, "too_large")], id="too large"),
    ],
)
def test_a_wrong_table_is_refused_with_its_lines(
    text: str | bytes, expected: list[tuple[int, str]]
) -> None:
    assert problems(text) == expected


def test_every_problem_is_named_at_once() -> None:
    table = HEAD + ZONE + "990099001,甲街道,town,990099\n" + STREET + STREET
    assert problems(table) == [(3, "unknown_parent"), (5, "duplicate_code")]


def test_fifty_levels_cannot_be_written_down() -> None:
    rows = [f"{'9' * 9}{n:03d},第{n}层,village,{'9' * 9}{n - 1:03d}\n" for n in range(1, 51)]
    found = problems(HEAD + "".join(rows))
    assert found[0] == (3, "parent_not_above")
    assert len(found) == 49


def test_a_line_is_counted_where_its_record_begins() -> None:
    table = HEAD + '"990000","示范\n经济开发区",county,9900\n' + "990000001,乙街道,street,990000\n"
    assert problems(table) == [(2, "bad_name"), (4, "bad_level")]


def test_a_second_file_hangs_below_what_exists() -> None:
    rows = read_table((HEAD + VILLAGE).encode())
    assert len(check_table(rows, frozenset({"990000", "990000001"}), has_root=True)) == 1
    assert problems(HEAD + VILLAGE, known=frozenset({"990000"})) == [(2, "second_root")]


@pytest.mark.slow
def test_of_a_file_at_the_limit_every_line_is_told() -> None:
    count = (MAX_BYTES - 200) // 60
    rows = [f"990000001{n:03d},村,village,990000001\n" for n in range(1000)] * (count // 1000)
    found = problems(HEAD + ZONE + STREET + "".join(rows))
    assert len(found) == len(rows) - 1000
