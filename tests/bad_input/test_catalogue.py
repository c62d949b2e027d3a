"""The catalogue of bad input, swept row by row on both databases."""

from importlib import import_module

import pytest
from django.conf import settings

from tests.bad_input.cases import Case, Pending, Row, judged, tried, tried_offline
from tests.bad_input.catalogue import CATALOGUE, CODES, PENDING, ROWS
from tests.bad_input.town import Town

SWEPT = {code: row for code, row in ROWS.items() if row.cases}
OFFLINE = {code: row for code, row in SWEPT.items() if row.offline}


@pytest.mark.django_db
@pytest.mark.parametrize("code", [code for code in SWEPT if code not in OFFLINE])
def test_row(town: Town, sealed: None, code: str) -> None:
    wrong = {}
    for case in SWEPT[code].cases:
        try:
            tried_offline(case) if case.offline else tried(case, town)
        except AssertionError as error:
            wrong[case.story] = str(error)
    assert not wrong, "\n".join(f"{story}: {why}" for story, why in wrong.items())


@pytest.mark.parametrize("code", OFFLINE)
def test_row_without_a_database(code: str) -> None:
    for case in OFFLINE[code].cases:
        tried_offline(case)


@pytest.mark.parametrize("code", PENDING)
def test_row_still_waits(code: str) -> None:
    """It counts as pending; on the day its surface appears, this fails and the row is due."""
    pending = PENDING[code]
    assert pending.absent(), f"{code}: there is a surface now; {pending.reason}"


class TestTheTable:
    def test_every_row_is_there_once_and_in_order(self) -> None:
        wanted = [
            f"{letter}{number:02d}"
            for letter, last in (("A", 30), ("B", 25), ("C", 18), ("D", 14), ("E", 7), ("F", 6))
            for number in range(1, last + 1)
        ]

        assert len(wanted) == 100
        assert wanted == CODES
        assert set(CATALOGUE) == set(wanted)

    def test_every_row_says_what_it_is_and_has_something_to_show(self) -> None:
        for code, row in CATALOGUE.items():
            assert row.title, code
            if isinstance(row, Row):
                assert row.cases or row.tests, code
            else:
                assert isinstance(row, Pending)
                assert row.reason, code

    def test_stories_of_a_row_differ(self) -> None:
        for code, row in ROWS.items():
            stories = [case.story for case in row.cases]
            assert len(stories) == len(set(stories)), code

    @pytest.mark.parametrize("code", [code for code, row in ROWS.items() if row.tests])
    def test_the_tests_that_a_row_names_are_there(self, code: str) -> None:
        for test in ROWS[code].tests:
            module, *names = test.split(".")
            thing = import_module(f"tests.bad_input.{module}")
            for name in names:
                thing = getattr(thing, name)
            assert names[-1].startswith(("test_", "Test")), test

    @pytest.mark.parametrize("code", [code for code, row in ROWS.items() if row.elsewhere])
    def test_and_those_of_the_packages_too(self, code: str) -> None:
        for place in ROWS[code].elsewhere:
            file, _colons, name = place.partition("::")
            text = (settings.ROOT / file).read_text("utf-8")
            assert f" {name}(" in text or f"class {name}" in text, place


class TestTheLaws:
    """An answer that breaks a law is found out."""

    def judge(self, answer: object, status: int = 422, **more: object) -> None:
        case = Case("bad", lambda town: lambda: answer, frozenset({status}), **more)  # type: ignore[arg-type]
        judged(case, case.ready(None))  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (b'<p data-code="bad">no Chinese</p>', 422),
            ("没有代码".encode(), 422),
            ("<p data-code='x'>坏了</p>".encode(), 500),
            ('<p data-code="bad">坏了 Traceback</p>'.encode(), 422),
            ('<p data-code="bad">坏了 340802199001011234</p>'.encode(), 422),
        ],
    )
    def test_of_an_answer(self, content: bytes, status: int) -> None:
        from django.http import HttpResponse

        with pytest.raises(AssertionError):
            self.judge(HttpResponse(content, status=status), secrets=("340802199001011234",))

    def test_of_slowness(self) -> None:
        from django.http import HttpResponse

        page = HttpResponse('<p data-code="bad">坏了</p>'.encode(), status=422)
        self.judge(page)
        with pytest.raises(AssertionError):
            self.judge(page, longest=-1.0)

    def test_of_half_a_write(self, town: Town) -> None:
        from django.http import HttpResponse

        def half(town: Town) -> HttpResponse:
            town.case.__class__.objects.filter(pk=town.case.pk).update(version=99)
            return HttpResponse('<p data-code="bad">坏了</p>'.encode(), status=422)

        case = Case("bad", lambda town: lambda: half(town), frozenset({422}))
        with pytest.raises(AssertionError, match="procedures_case"):
            tried(case, town)
