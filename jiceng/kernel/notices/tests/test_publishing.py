"""Publishing: what gets onto a board, for how long, and what can be done to it."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import NotAllowed, Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, Actor, entries_of
from jiceng.kernel.notices import service, terms
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.terms import Standing
from jiceng.kernel.testing.boards import (
    PLAN,
    SHOWN,
    hang,
    keeper,
    objection,
)
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.models import Clock


def day(*parts: int, hour: int = 9) -> datetime:
    return datetime(*parts, hour, tzinfo=SHANGHAI)  # type: ignore[arg-type]


# --- the period -------------------------------------------------------------------------------

PERIODS = [
    # story, published, days, first day that counts, last day
    ("a plain week", day(2026, 3, 2), 5, date(2026, 3, 3), date(2026, 3, 9)),
    ("late at night is that day", day(2026, 3, 2, hour=23), 5, date(2026, 3, 3), date(2026, 3, 9)),
    ("on a Friday, from Monday", day(2026, 3, 6), 5, date(2026, 3, 9), date(2026, 3, 13)),
    # The National Day does not count; the Saturday that makes up for it does.
    ("National Day", day(2026, 9, 28), 5, date(2026, 9, 29), date(2026, 10, 10)),
    ("Spring Festival", day(2026, 2, 11), 5, date(2026, 2, 12), date(2026, 2, 25)),
    ("a single day", day(2026, 3, 2), 1, date(2026, 3, 3), date(2026, 3, 3)),
]


@pytest.mark.parametrize(("story", "at", "days", "opens", "closes"), PERIODS)
def test_the_period_counts_working_days_from_the_next(
    cast: Cast, story: str, at: datetime, days: int, opens: date, closes: date
) -> None:
    notice = hang(cast, at, days=days)
    assert (notice.opens_on, notice.closes_on) == (opens, closes), story
    assert not service.completed(notice, notice.closes_at)
    assert service.completed(notice, notice.closes_at + timedelta(microseconds=1))


def test_a_period_over_days_that_nobody_published_is_never_over(cast: Cast) -> None:
    notice = hang(cast, day(2026, 12, 28))
    later = notice.closes_at + timedelta(days=30)
    assert notice.provisional
    assert notice.standing(later) == Standing.PROVISIONAL
    assert not service.completed(notice, later)
    with pytest.raises(service.PeriodProvisional):
        service.close(by=keeper(cast), at=later, notice=notice)


# --- what is shown ----------------------------------------------------------------------------


def test_what_is_shown_is_allowed_masked_and_in_order(cast: Cast, now: datetime) -> None:
    record = {
        "owner": "张三，电话 13812345678，身份证 11010519491231002X",
        "name": "改造",
        "goal": Decimal("46.50"),
        "steps": [date(2026, 4, 1), "  ", 3],
    }
    notice = hang(cast, now, shown=record, title="公示 13812345678")
    assert notice.shown == {
        "name": "改造",
        "goal": "46.50",
        "steps": ["2026-04-01", "3"],
        "owner": "张三，电话 138****5678，身份证 110105********002X",
    }
    assert list(notice.shown) == ["name", "goal", "steps", "owner"]
    assert notice.title == "公示 138****5678"


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a field that is not allowed", {"shown": {"phone": "1"}}, "not_showable"),
    ("a value that is no text", {"shown": {"name": {"a": 1}}}, "not_showable"),
    ("a fraction that nobody rounded", {"shown": {"name": 0.1}}, "not_showable"),
    ("a list within a list", {"shown": {"steps": [["a"]]}}, "not_showable"),
    ("too many lines", {"shown": {"steps": ["a"] * 201}}, "not_showable"),
    ("nothing at all", {"shown": {}}, "nothing_shown"),
    ("nothing but spaces", {"shown": {"name": " "}}, "nothing_shown"),
    ("no title", {"title": " "}, "nothing_shown"),
    ("a title that is too long", {"title": "长" * 201}, "too_long"),
    ("a text that is too long", {"shown": {"name": "长" * 2001}}, "too_long"),
    ("a sign that deceives", {"title": "a\u202eb"}, "bad_char"),
    ("no board", {"boards": []}, "no_board"),
    ("no day", {"days": 0}, "bad_public_period"),
    ("more than a year", {"days": 366}, "bad_public_period"),
]


@pytest.mark.parametrize(("story", "given", "code"), REFUSED)
def test_what_may_not_be_published(
    cast: Cast, now: datetime, story: str, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        hang(cast, now, **given)
    assert refused.value.code == code, story
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(event__startswith="notices.").exists()


def test_who_may_not_publish_publishes_nothing(cast: Cast, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        service.publish(
            by=cast.zhao,
            at=now,
            kind=PLAN.code,
            subject="tests.project:1",
            title="公示",
            unit=cast.community,
            boards=[cast.community],
            shown=SHOWN,
        )
    assert not Notice.objects.exists()


def test_history_proves_what_was_shown_without_a_word_of_it(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    [entry] = entries_of(notice.ledger_subject)
    facts = json.loads(entry.payload)
    assert entry.event == terms.PUBLISHED
    assert facts["fingerprint"] == notice.fingerprint
    assert facts["boards"] == sorted([cast.community.code, cast.street.code])
    assert "路灯" not in entry.payload


def test_the_same_key_publishes_once(cast: Cast, now: datetime) -> None:
    first = hang(cast, now, key="once")
    with pytest.raises(AssertionError):
        hang(cast, now, key="once")
    assert Notice.objects.get() == first


# --- boards -----------------------------------------------------------------------------------


def test_a_board_has_what_was_hung_on_it(cast: Cast, now: datetime) -> None:
    old = hang(cast, now)
    new = hang(cast, now + timedelta(hours=1), boards=[cast.community], subject="tests.project:2")
    later = now + timedelta(days=1)
    assert list(service.on_board(cast.community, later)) == [new, old]
    assert list(service.on_board(cast.street, later)) == [old]
    assert not service.on_board(cast.zone, later)
    assert not service.on_board(cast.community, now - timedelta(minutes=1))


def test_search_finds_titles_contents_and_initials(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    for typed in ("路灯", "46 盏", "验收", "lasq"):
        assert list(service.search(typed, now)) == [notice], typed
    assert not service.search("停车", now)
    service.withdraw(by=keeper(cast), at=now, notice=notice, reason="内容有误")
    assert list(service.search("路灯", now)) == [notice]
    assert not service.search("验收", now)


def test_the_latest_of_a_subject(cast: Cast, now: datetime) -> None:
    assert service.latest("tests.project:1", PLAN.code) is None
    first = hang(cast, now)
    hang(cast, now, subject="tests.project:2")
    done = service.correct(
        by=keeper(cast), at=now, notice=first, title="更正", shown=SHOWN, reason="标题有误"
    )
    assert service.latest("tests.project:1", PLAN.code) == done.value
    assert service.latest("tests.project:1", "tests.quiet") is None


# --- withdrawing and correcting ---------------------------------------------------------------


def test_a_withdrawn_notice_stays_on_the_board_and_never_completes(
    cast: Cast, now: datetime
) -> None:
    notice, by = hang(cast, now), keeper(cast)
    service.withdraw(by=by, at=now, notice=notice, reason="联系 13812345678")
    notice.refresh_from_db()
    assert notice.withdrawal == "联系 138****5678"
    assert list(service.on_board(cast.community, now)) == [notice]
    later = notice.closes_at + timedelta(days=1)
    assert notice.standing(later) == Standing.WITHDRAWN
    assert not service.completed(notice, later)
    with pytest.raises(service.NoticeEnded):
        service.withdraw(by=by, at=later, notice=notice, reason="再撤")


def test_a_correction_begins_a_period_of_its_own(cast: Cast, now: datetime) -> None:
    notice, later = hang(cast, now), now + timedelta(days=2)
    done = service.correct(
        by=keeper(cast),
        at=later,
        notice=notice,
        title=notice.title,
        shown=SHOWN | {"goal": "更换路灯 48 盏"},
        reason="数量有误",
    )
    new = done.value
    assert new is not None
    notice.refresh_from_db()
    assert (new.replaces, notice.replacement, new.correction) == (notice, new, "数量有误")
    assert new.closes_on == date(2026, 3, 11)
    assert list(service.on_board(cast.community, later)) == [new]
    assert notice.standing(later) == Standing.REPLACED
    assert not service.completed(notice, new.closes_at + timedelta(days=9))
    facts = json.loads(done.entry.payload)
    assert (facts["replaces"], facts["was"]) == (notice.uid, notice.fingerprint)


def test_a_correction_waits_for_answers_and_changes_something(cast: Cast, now: datetime) -> None:
    notice, by = hang(cast, now), keeper(cast)
    given: dict[str, Any] = {"by": by, "at": now, "notice": notice, "reason": "有误"}
    with pytest.raises(service.NothingChanged):
        service.correct(**given, title=notice.title, shown=SHOWN)
    with pytest.raises(service.NotShowable):
        service.correct(**given, title="新", shown={"phone": "1"})
    with pytest.raises(service.Wordless):
        service.correct(**given | {"reason": " "}, title="新", shown=SHOWN)
    objection(notice, now)
    with pytest.raises(service.ObjectionsOpen):
        service.correct(**given, title="新", shown=SHOWN)
    assert Notice.objects.get() == notice


def test_a_notice_that_another_act_replaces_is_taken_off_the_same_way(
    cast: Cast, now: datetime
) -> None:
    notice, by = hang(cast, now), keeper(cast)
    given: dict[str, Any] = {
        "by": cast.zhang,
        "at": now,
        "kind": PLAN.code,
        "subject": notice.subject,
        "title": "新",
        "unit": cast.community,
        "boards": [cast.community],
        "shown": SHOWN,
        "replaces": notice,
    }
    said = objection(notice, now)
    with pytest.raises(service.ObjectionsOpen), transaction.atomic():
        service.post(**given, correction="有误")
    service.answer_objection(by=by, at=now, said=said, upheld=True, answer="将更正")
    with pytest.raises(service.Wordless), transaction.atomic():
        service.post(**given)
    with transaction.atomic():
        new = service.post(**given, correction="有误 13812345678")
    assert new.correction == "有误 138****5678"
    assert Clock.objects.running().get() == new.clock
    assert not service.blocking(notice)
    with pytest.raises(service.NoticeEnded), transaction.atomic():
        service.post(**given, correction="再改")


# --- who keeps --------------------------------------------------------------------------------


def test_who_does_not_keep_the_board_changes_nothing(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    others: list[Actor] = [cast.wang, cast.li, cast.zhao, cast.zhou, RESIDENT]
    others.append(keeper(cast, cast.other_street, "1110"))
    for by in others:
        for act, given in (
            (service.withdraw, {"reason": "有误"}),
            (service.correct, {"reason": "有误", "title": "新", "shown": SHOWN}),
            (service.close, {}),
        ):
            with pytest.raises(NotAllowed):
                act(by=by, at=now, notice=notice, **given)
    assert Entry.objects.filter(event__startswith="notices.").count() == 1


# --- what the database refuses ----------------------------------------------------------------

TAMPERED: list[tuple[str, dict[str, Any]]] = [
    ("what was shown", {"shown": {"name": "别的"}}),
    ("the fingerprint", {"fingerprint": "0" * 64}),
    ("the title", {"title": "别的"}),
    ("the day it was published", {"published_at": day(2026, 1, 5)}),
    ("the period", {"days": 1}),
    ("the subject", {"subject": "tests.project:9"}),
    ("an end before the period is over", {"closed_at": day(2026, 3, 4)}),
    ("a withdrawal without a reason", {"withdrawn_at": day(2026, 3, 4)}),
]


@pytest.mark.parametrize(("story", "changes"), TAMPERED)
def test_the_database_refuses_to_change_what_was_shown(
    cast: Cast, now: datetime, story: str, changes: dict[str, Any]
) -> None:
    notice = hang(cast, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).delete()


def test_the_database_refuses_to_end_what_an_objection_blocks(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    said = objection(notice, now)
    after = notice.closes_at + timedelta(hours=1)
    mine = Notice.objects.filter(pk=notice.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.update(closed_at=after)
    service.answer_objection(by=keeper(cast), at=now, said=said, upheld=False, answer="已核对。")
    assert mine.update(closed_at=after) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.update(closed_at=None)
