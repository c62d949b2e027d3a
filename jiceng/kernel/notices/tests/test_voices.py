"""What the public says, who may answer it, and what becomes of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.base.errors import NotAllowed, Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import (
    OPERATOR,
    RESIDENT,
    Actor,
    entries_of,
    erase_personal,
    personal_of,
    seal,
    verify,
)
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Comment, Notice, Objection
from jiceng.kernel.notices.terms import Moderation, Outcome, Standing
from jiceng.kernel.testing.boards import (
    QUIET,
    SHOWN,
    hang,
    keeper,
    objection,
    remark,
)
from jiceng.kernel.testing.cast import Cast

Say = Callable[..., Objection | Comment]
BOTH = pytest.mark.parametrize("say", [objection, remark])


# --- saying -----------------------------------------------------------------------------------


@BOTH
def test_words_are_masked_and_who_said_them_is_a_commitment(
    cast: Cast, now: datetime, say: Say
) -> None:
    notice = hang(cast, now)
    told = {"name": "群众甲", "phone": "138-1234-5678"}
    said = say(notice, now, "请打 13812345678 找我", **told)
    assert said.text == "请打 138****5678 找我"
    [entry] = entries_of(said.ledger_subject)
    assert personal_of(entry) == {
        "text": "请打 13812345678 找我",
        "name": "群众甲",
        "phone": "13812345678",
    }
    for word in ("群众甲", "13812345678", "找我"):
        assert word not in entry.payload
    assert json.loads(entry.payload)["notice"] == notice.uid


SAID: list[tuple[str, dict[str, Any], str]] = [
    ("nothing", {"text": " \n "}, "wordless"),
    ("too much", {"text": "长" * 2001}, "too_long"),
    ("a control character", {"text": "a\x00b"}, "bad_char"),
    ("no telephone number", {"text": "好", "phone": "12345"}, "bad_phone"),
    ("a name too long", {"text": "好", "name": "长" * 51}, "too_long"),
]


@BOTH
@pytest.mark.parametrize(("story", "given", "code"), SAID)
def test_what_cannot_be_said(
    cast: Cast, now: datetime, say: Say, story: str, given: dict[str, Any], code: str
) -> None:
    notice = hang(cast, now)
    with pytest.raises(Refusal) as refused:
        say(notice, now, **given)
    assert refused.value.code == code, story
    assert not notice.objections.exists()
    assert not notice.comments.exists()


@BOTH
def test_the_public_speaks_while_the_period_runs(cast: Cast, now: datetime, say: Say) -> None:
    notice = hang(cast, now)
    say(notice, now)
    say(notice, notice.closes_at)
    for at in (notice.closes_at + timedelta(microseconds=1), now - timedelta(hours=1)):
        with pytest.raises(service.PeriodOver):
            say(notice, at)
    service.withdraw(by=keeper(cast), at=now, notice=notice, reason="有误")
    with pytest.raises(service.PeriodOver):
        say(notice, now)


@BOTH
def test_a_kind_that_takes_no_words(cast: Cast, now: datetime, say: Say) -> None:
    notice = hang(cast, now, kind=QUIET.code)
    with pytest.raises(service.NotTaken):
        say(notice, now)


@BOTH
def test_nobody_says_anything_to_a_corrected_notice(cast: Cast, now: datetime, say: Say) -> None:
    notice = hang(cast, now)
    service.correct(by=keeper(cast), at=now, notice=notice, title="新", shown=SHOWN, reason="有误")
    with pytest.raises(service.PeriodOver):
        say(notice, now)


def test_two_presses_of_one_button_are_one_objection(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    given: dict[str, Any] = {"by": RESIDENT, "at": now, "notice": notice, "text": "不实"}
    first = service.object_to(**given, claim="session", key="button")
    again = service.object_to(**given, claim="session", key="button")
    other = service.object_to(**given, claim="another", key="button")
    assert (again.replayed, again.entry) == (True, first.entry)
    assert other.entry != first.entry
    assert notice.objections.count() == 2


# --- answering --------------------------------------------------------------------------------


def test_an_open_objection_blocks_until_it_is_answered(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    said, by = objection(notice, now), keeper(cast)
    later = notice.closes_at + timedelta(hours=1)
    assert list(service.blocking(notice)) == [said]
    assert notice.standing(later) == Standing.BLOCKED
    assert not service.completed(notice, later)
    with pytest.raises(service.ObjectionsOpen):
        service.close(by=by, at=later, notice=notice)
    service.answer_objection(by=by, at=later, said=said, upheld=False, answer="已到现场核对。")
    assert not service.blocking(notice)
    assert service.completed(notice, later)
    service.close(by=by, at=later, notice=notice)
    with pytest.raises(service.NoticeEnded):
        service.close(by=by, at=later, notice=notice)


def test_an_upheld_objection_blocks_until_a_correction(cast: Cast, now: datetime) -> None:
    notice, by = hang(cast, now), keeper(cast)
    said = objection(notice, now)
    service.answer_objection(by=by, at=now, said=said, upheld=True, answer="数量有误，将更正。")
    assert list(service.blocking(notice)) == [said]
    assert not service.completed(notice, notice.closes_at + timedelta(days=30))
    done = service.correct(by=by, at=now, notice=notice, title="新", shown=SHOWN, reason="异议成立")
    assert done.value is not None
    assert not service.blocking(notice)
    assert service.completed(done.value, done.value.closes_at + timedelta(hours=1))


def test_an_answer_is_given_once_and_masked(cast: Cast, now: datetime) -> None:
    notice, by = hang(cast, now), keeper(cast)
    said = objection(notice, now)
    stale = Objection.objects.get(pk=said.pk)
    service.answer_objection(
        by=by, at=now, said=said, upheld=False, answer="已电话 13812345678 说明", public=False
    )
    said.refresh_from_db()
    assert (said.state, said.public) == (Outcome.NOT_UPHELD, False)
    assert said.answer == "已电话 138****5678 说明"
    assert said.answered_by == "东湖街道 公开栏管理员"
    with pytest.raises(service.AlreadyAnswered):
        service.answer_objection(by=by, at=now, said=stale, upheld=True, answer="改判")
    with pytest.raises(service.Wordless):
        service.answer_objection(
            by=by, at=now, said=objection(notice, now), upheld=False, answer=" "
        )


def test_a_comment_is_looked_at_then_read_then_answered(cast: Cast, now: datetime) -> None:
    notice, by = hang(cast, now), keeper(cast)
    said = remark(notice, now)
    assert not Comment.objects.shown()
    with pytest.raises(service.NotPublic):
        service.answer_comment(by=by, at=now, said=said, answer="下月。")
    service.moderate(by=by, at=now, said=said, show=True)
    assert list(Comment.objects.shown()) == [said]
    service.answer_comment(by=by, at=now, said=said, answer="下月开工。")
    with pytest.raises(service.AlreadyAnswered):
        service.answer_comment(by=by, at=now, said=said, answer="再答")
    with pytest.raises(service.AlreadyAnswered):
        service.moderate(by=by, at=now, said=said, show=False, reason="反悔")


def test_a_comment_is_kept_back_for_a_reason(cast: Cast, now: datetime) -> None:
    said, by = remark(hang(cast, now), now, "骂人的话"), keeper(cast)
    with pytest.raises(service.Wordless):
        service.moderate(by=by, at=now, said=said, show=False)
    service.moderate(by=by, at=now, said=said, show=False, reason="含辱骂他人内容")
    said.refresh_from_db()
    assert (said.state, said.reason) == (Moderation.HIDDEN, "含辱骂他人内容")
    assert not Comment.objects.shown()


def test_counts_do_not_multiply_one_another(cast: Cast, now: datetime) -> None:
    notice, by = hang(cast, now), keeper(cast)
    first, _second = objection(notice, now), objection(notice, now)
    service.answer_objection(by=by, at=now, said=first, upheld=False, answer="已核对")
    comments = [remark(notice, now) for _each in range(3)]
    for said in comments[:2]:
        service.moderate(by=by, at=now, said=said, show=True)
    service.answer_comment(by=by, at=now, said=comments[0], answer="谢谢")
    found = Notice.objects.with_counts().get(pk=notice.pk)
    counts = (found.objected, found.blockers, found.commented, found.answered)
    assert counts == (2, 1, 2, 1)


def test_who_may_not_speak_or_answer(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    doubt, word = objection(notice, now), remark(notice, now)
    for by in (cast.wang, cast.zhang):
        with pytest.raises(NotAllowed):
            service.object_to(by=by, at=now, notice=notice, text="不实")
    strangers: list[Actor] = [cast.wang, cast.zhao, RESIDENT]
    strangers.append(keeper(cast, cast.other_street))
    before = Entry.objects.count()
    for by in strangers:
        with pytest.raises(NotAllowed):
            service.answer_objection(by=by, at=now, said=doubt, upheld=False, answer="好")
        with pytest.raises(NotAllowed):
            service.moderate(by=by, at=now, said=word, show=True)
        with pytest.raises(NotAllowed):
            service.answer_comment(by=by, at=now, said=word, answer="好")
    assert Entry.objects.count() == before
    service.moderate(by=cast.zhang, at=now, said=word, show=True)  # the head of the street may


# --- what the database refuses, and what is erased --------------------------------------------


def test_the_database_refuses_words_out_of_time(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    late = Objection(uid="x", notice=notice, at=notice.closes_at + timedelta(days=1), text="迟")
    with pytest.raises(IntegrityError), transaction.atomic():
        late.save(force_insert=True)
    late.at = notice.closes_at
    late.save(force_insert=True)


@BOTH
def test_the_database_refuses_to_put_words_into_mouths(cast: Cast, now: datetime, say: Say) -> None:
    said = say(hang(cast, now), now)
    mine = type(said)._default_manager.filter(pk=said.pk)
    for changes in ({"text": "别的话"}, {"at": now + timedelta(days=1)}, {"uid": "y"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.delete()
    assert mine.get().text == said.text


@BOTH
def test_an_erasure_leaves_no_word_and_history_verifies(
    cast: Cast, now: datetime, say: Say
) -> None:
    notice, by = hang(cast, now), keeper(cast)
    said = say(notice, now, "CANARY-TEXT", name="CANARY-NAME", phone="13812345678")
    if isinstance(said, Objection):
        service.answer_objection(by=by, at=now, said=said, upheld=False, answer="CANARY-ANSWER")
    else:
        service.moderate(by=by, at=now, said=said, show=False, reason="CANARY-REASON")
    erase_personal(subject=said.ledger_subject, by=OPERATOR, at=now, reason="本人要求")
    said.refresh_from_db()
    assert said.erased
    assert not any("CANARY" in str(value) for value in vars(said).values())
    assert not any(personal_of(entry) for entry in entries_of(said.ledger_subject))
    assert type(said)._default_manager.count() == 1
    seal(now)
    report = verify()
    assert report.exit_code == 0, report.as_dict()
