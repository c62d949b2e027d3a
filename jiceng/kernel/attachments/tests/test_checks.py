"""Photos seen before, too far away, too old: asked of the database, at scale."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jiceng.kernel.attachments.checks import look_up, question
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import (
    attach,
    copy_to,
    find,
    findings,
    findings_of,
    of,
    take_in,
)
from jiceng.kernel.attachments.tests import photos
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM
from jiceng.kernel.places.rules import Place
from jiceng.kernel.testing.cast import MONDAY

FIRST, SECOND = "grid.case:1", "grid.case:2"
HOUR = timedelta(hours=1)
NOW = MONDAY + 100 * HOUR
PARTS = ["phash_1", "phash_2", "phash_3", "phash_4"]
VIEW = "3a5c96e10f7d2b48"

pytestmark = [pytest.mark.django_db]


def row(subject: str = FIRST, phash: str = VIEW, **given: Any) -> Attachment:
    """A row as it would be, without its files: nothing here reads them."""
    digest = "0" * 64
    plain: dict[str, Any] = {
        "uid": new_uid(),
        "purpose": "dispose.after",
        "media_type": "image/jpeg",
        "size": 1,
        "width": 1,
        "height": 1,
        "sha256": digest,
        "thumb_sha256": digest,
        "original_sha256": digest,
        "original_name": "现场.jpg",
        "by": "resident",
        "at": MONDAY,
        "claim": new_uid(),
    }
    return Attachment(**plain | {"subject": subject, "phash": phash} | given)


def kept(subject: str = FIRST, phash: str = VIEW, **given: Any) -> Attachment:
    made = row(subject, phash, **given)
    made.save(force_insert=True)
    return made


def codes(photo: Attachment, **given: Any) -> list[str]:
    return [str(finding.code) for finding in findings(photo, at=NOW, **given)]


def named(photo: Attachment, **given: Any) -> str | None:
    """Return the uid of the earlier photo that a finding names."""
    seen = [f for f in findings(photo, at=NOW, **given) if f.code == "seen_before"]
    return str(seen[0].detail["uid"]) if seen else None


@pytest.mark.usefixtures("store")
def test_a_photo_made_smaller_and_sent_again_is_seen_before() -> None:
    keywords: dict[str, Any] = {"by": RESIDENT, "at": MONDAY, "purpose": "dispose.after"}
    whole = photos.encoded(photos.scene(7, 1800, 1600))
    smaller = photos.encoded(photos.scene(7, 500, 444), quality=40)
    other = photos.encoded(photos.scene(8))
    first, second, third = (
        take_in(photos.upload(data), claim=f"session {n}", **keywords)
        for n, data in enumerate((whole, smaller, other))
    )
    assert first.original_sha256 != second.original_sha256
    assert codes(second) == ["no_capture"]  # the first belongs to nothing yet
    attach([first.uid], subject=FIRST, claim="session 0")
    [seen, _weak] = findings(second, at=NOW)
    assert (seen.code, seen.detail["uid"], seen.detail["subject"]) == (
        "seen_before",
        first.uid,
        FIRST,
    )
    assert codes(third) == ["no_capture"]
    assert codes(find(first.uid)) == ["no_capture"]


def test_the_same_picture_of_another_case_is_named_though_of_the_same_session() -> None:
    earlier = kept(claim="mine")
    assert named(kept(SECOND, claim="mine")) == earlier.uid


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        pytest.param({}, False, id="sent together"),
        pytest.param({"at": MONDAY + HOUR}, False, id="sent a little later"),
        pytest.param({"claim": "other"}, True, id="from another session"),
        pytest.param({"purpose": "dispose.before"}, True, id="before and after are one picture"),
        pytest.param({"subject": SECOND}, True, id="for another case"),
    ],
)
def test_photos_of_one_set_may_look_alike(given: dict[str, Any], seen: bool) -> None:
    first = kept(claim="mine")
    second = kept(**{"claim": "mine"} | given)
    assert named(second) == (first.uid if seen else None)


def test_a_step_gone_through_again_asks_for_a_new_photo() -> None:
    first = kept(claim="mine")
    again = kept(claim="mine", at=MONDAY + HOUR)
    assert named(again, since=MONDAY + HOUR) == first.uid
    assert named(again, since=MONDAY) is None
    assert named(again, since=MONDAY + 2 * HOUR) is None


def test_only_what_was_handed_in_earlier_counts() -> None:
    kept(subject="")
    photo = kept()
    kept(SECOND)
    assert named(photo) is None


def test_a_flat_picture_is_never_seen_before() -> None:
    kept(phash="0" * 16)
    assert named(kept(SECOND, phash="0" * 16)) is None


@pytest.mark.usefixtures("store")
def test_a_copy_was_not_seen_before_in_its_original_and_is_not_late() -> None:
    data = photos.encoded(photos.scene(7), exif=photos.exif())
    upload = photos.upload(data)
    row = take_in(upload, by=RESIDENT, at=MONDAY, purpose="report", claim="mine")
    attach([row.uid], subject=FIRST, claim="mine")
    later: dict[str, Any] = {"by": SYSTEM, "at": MONDAY + 90 * HOUR}
    [copy] = copy_to([row.uid], source=FIRST, subject=SECOND, **later)
    [second] = copy_to([row.uid], source=FIRST, subject="grid.case:3", **later)
    assert codes(copy) == codes(second) == []
    assert named(kept("grid.case:4", phash=row.phash)) == row.uid


def test_every_question_is_asked() -> None:
    taken = {"captured_at": MONDAY - 30 * HOUR, "captured_lat": 30.53, "captured_lng": 117.06}
    earlier = kept()
    photo = kept(SECOND, **taken)
    place = Place(117.06, 30.52)
    found = findings(photo, at=NOW, place=place, since=MONDAY - 3 * HOUR)
    assert [(str(finding.code), dict(finding.detail)) for finding in found] == [
        ("seen_before", {"uid": earlier.uid, "subject": FIRST, "bits": 0}),
        ("far_away", {"metres": 1112}),
        ("too_old", {"before": "step", "hours": 27.0}),
    ]
    assert codes(photo, place=place, metres=1200) == ["seen_before", "too_old"]
    assert codes(photo) == ["seen_before", "too_old"]
    assert codes(kept("grid.case:3", "5c3a96e1f07d482b")) == ["no_capture"]


def test_a_clock_set_to_next_year_answers_nothing() -> None:
    ahead = kept(captured_at=NOW + HOUR)
    assert codes(ahead, since=MONDAY) == ["no_capture"]
    assert findings(ahead, since=MONDAY, at=NOW + HOUR) == []


@pytest.mark.parametrize("since", [None, MONDAY])
def test_many_photos_cost_one_query(django_assert_num_queries: Any, since: datetime | None) -> None:
    earlier = [kept(phash=f"{n:x}a5c96e10f7d2b48") for n in range(1, 9)]
    photos_sent = [kept(SECOND, photo.phash, claim="mine") for photo in earlier]
    with django_assert_num_queries(1):
        found = findings_of(photos_sent, at=NOW, since=since)
    assert list(found) == [photo.uid for photo in photos_sent]
    assert [found[photo.uid][0].detail["uid"] for photo in photos_sent] == [
        photo.uid for photo in earlier
    ]
    with django_assert_num_queries(0):
        assert findings_of([], at=NOW) == {}
        assert codes(row(phash="0" * 16)) == ["no_capture"]


def telling_hashes(count: int) -> list[str]:
    dice = random.Random(4711)
    return [f"{dice.getrandbits(64):016x}" for _n in range(count)]


@pytest.mark.slow
def test_ten_thousand_photos_are_asked_by_index(django_assert_num_queries: Any) -> None:
    hashes = telling_hashes(10_000)
    Attachment.objects.bulk_create(
        [row(f"grid.case:{n}", phash) for n, phash in enumerate(hashes)], batch_size=500
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    bits = int(hashes[1234], 16) ^ (1 << 63 | 1 << 40 | 1 << 3)
    photo = kept("grid.case:new", f"{bits:016x}")
    text, values = question([photo])
    with connection.cursor() as cursor:
        explain = connection.ops.explain_query_prefix()
        cursor.execute(f"{explain} {text}", values)
        plan = str(cursor.fetchall())
    assert all(f"attachment_{part}" in plan for part in PARTS), plan
    assert "Seq Scan" not in plan
    assert "SCAN attachments_attachment" not in plan
    assert len(look_up([photo])) < 20
    with django_assert_num_queries(1):
        [seen, _weak] = findings(photo, at=NOW)
    assert (seen.detail["subject"], seen.detail["bits"]) == ("grid.case:1234", 3)


def migrated(name: str) -> Any:
    """Go to a migration of attachments and return the models as they are there."""
    target = [("attachments", name)]
    MigrationExecutor(connection).migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_photos_of_before_the_parts_are_found_by_them() -> None:
    """Nobody ran anything over the old rows: the database cuts the parts out itself."""
    fields = row(FIRST).__dict__
    try:
        old = migrated("0001_initial").get_model("attachments", "Attachment")
        names = [field.attname for field in old._meta.concrete_fields if not field.primary_key]
        old.objects.create(**{name: fields[name] for name in names})
        call_command("migrate", verbosity=0)
        before = of(FIRST).get()
        assert [getattr(before, part) for part in PARTS] == ["3a5c", "96e1", "0f7d", "2b48"]
        assert before.copied_from == ""
        assert named(kept(SECOND)) == before.uid
        back = migrated("0001_initial").get_model("attachments", "Attachment")
        assert back.objects.get(uid=before.uid).phash == VIEW
    finally:
        call_command("migrate", verbosity=0)
