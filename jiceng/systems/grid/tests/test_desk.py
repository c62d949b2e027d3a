"""The pages of the grid for the office: who sees a case, what can be pressed, and when no more."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings as installation

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import published_keys, seal
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import escalate
from jiceng.kernel.testing.cast import hold
from jiceng.systems.grid import actions
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import codes, desk, press, telling_of, words_of_report

pytestmark = pytest.mark.django_db
SCRIPT = installation.ROOT / "tools" / "verify_receipt.py"


class TestTheDesk:
    @pytest.fixture
    def case(self, grid: Grid) -> Case:
        return scene.report(
            grid, photos=[scene.kept_photo(grid.cast.crowd, grid.cast.at)], claim=scene.CLAIM
        )

    def surfaces(self, number: str, uid: str) -> list[str]:
        root = f"/desk/grid/cases/{number}"
        parts = ["", "moves/judge/", f"photos/{uid}/", "receipt.json", "slip/"]
        return [f"{root}/{part}" for part in parts]

    def test_for_an_officer_elsewhere_it_does_not_exist(self, grid: Grid, case: Case) -> None:
        [uid] = Attachment.objects.values_list("uid", flat=True)
        absent = sending.number_of_no_case(case)
        zhao = desk(grid.cast.zhao)

        for here, nowhere in zip(
            self.surfaces(case.number, uid), self.surfaces(absent, uid), strict=True
        ):
            for method in ("get", "post"):
                answers = [getattr(zhao, method)(address) for address in (here, nowhere)]
                told = telling_of(answers, [case.number, absent])
                assert told[0] == told[1]
                assert told[0][0] in (404, 405)
        assert case.number not in zhao.get("/desk/").content.decode()

    @pytest.mark.parametrize(
        ("who", "sees"),
        [
            ("wang", True),  # on duty in the street
            ("zhang", True),  # heads the street
            ("li", True),  # walks the community that answers
            ("zhou", True),  # administers the zone
            ("qian", False),  # handles in the street; nothing was dispatched there yet
            ("sun", False),
            ("zhao", False),
        ],
    )
    def test_who_sees_a_fresh_report(self, grid: Grid, case: Case, who: str, sees: bool) -> None:
        answer = desk(getattr(grid.cast, who)).get(f"/desk/grid/cases/{case.number}/")

        assert answer.status_code == (200 if sees else 404)

    def test_who_once_held_it_still_sees_it(self, grid: Grid, case: Case) -> None:
        scene.walk(grid, case, scene.PATH[:3])

        for held in (grid.cast.qian, grid.cast.sun):
            assert desk(held).get(f"/desk/grid/cases/{case.number}/").status_code == 200

    @pytest.mark.parametrize(
        ("moves", "who", "offered"),
        [
            ((), "wang", {"judge", "find_major", "pass_up", "refuse", "ask", "merge"}),
            ((), "zhang", set()),
            (scene.PATH[:1], "wang", {"pass_up", "merge", "split", "dispatch"}),
            # Reported long ago, so it is too late to ask for an extension or to grant one.
            (
                scene.PATH[:2],
                "qian",
                {"dispose", "return", "reassign", "consult", "ask_shelving"},
            ),
            ((*scene.PATH[:2], "consult"), "qian", {"hear", "go_on_without"}),
            ((*scene.PATH[:2], "ask_extension"), "wang", {"refuse_extension"}),
            ((*scene.PATH[:2], "ask_shelving"), "zhang", {"shelve", "refuse_shelving"}),
            (scene.SENT_BACK, "wang", {"pass_up", "merge", "split", "dispatch"}),
            (("find_major",), "zhang", {"study", "pass_up"}),
            (("ask",), "wang", {"go_on"}),
            (("refuse",), "wang", {"take_up"}),
            (("refuse",), "zhang", set()),
            (scene.PATH[:2], "wang", set()),
            (scene.PATH[:3], "sun", {"verify", "rework"}),
            (scene.PATH[:4], "wang", {"close"}),
            (scene.PATH, "wang", set()),  # the window is over
        ],
    )
    def test_the_page_offers_what_can_be_done(
        self, grid: Grid, case: Case, moves: tuple[str, ...], who: str, offered: set[str]
    ) -> None:
        scene.walk(grid, case, moves)
        browser = desk(getattr(grid.cast, who))
        page = browser.get(f"/desk/grid/cases/{case.number}/").content.decode()
        links = {move for move in sending_moves() if f"/{case.number}/moves/{move}/" in page}

        assert links == offered
        for move in sending_moves():
            asked = browser.get(f"/desk/grid/cases/{case.number}/moves/{move}/")
            assert asked.status_code == (200 if move in offered else 409)

    def test_contact_of_the_reporter_is_shown_to_the_office(self, grid: Grid, case: Case) -> None:
        page = desk(grid.cast.wang).get(f"/desk/grid/cases/{case.number}/").content.decode()

        assert scene.PHONE in page
        assert scene.REPORTER in page

    def test_the_whole_loop_by_buttons(self, grid: Grid, case: Case) -> None:
        for move in scene.PATH:
            holder = scene.holder_of(grid, case)
            answer = press(desk(holder), case, move)
            assert answer.status_code == 302, answer.content.decode()
        case.refresh_from_db()

        assert case.outcome == "closed"
        assert Entry.objects.filter(subject=case.subject).count() == 6

    def test_a_photo_that_is_none_comes_back_as_an_error_of_its_field(
        self, grid: Grid, case: Case
    ) -> None:
        scene.walk(grid, case, scene.PATH[:2])
        picture = scene.upload(1, "报告.pdf")
        answer = press(desk(grid.cast.qian), case, "dispose", photo=picture)

        assert answer.status_code == 422
        assert codes(answer) == {"wrong_extension"}
        assert "photo" in answer.context["form"].errors

    def test_disposing_without_a_photo(self, grid: Grid, case: Case) -> None:
        scene.walk(grid, case, scene.PATH[:2])
        answer = press(desk(grid.cast.qian), case, "dispose", photo="")

        assert answer.status_code == 422
        assert codes(answer) == {"required"}
        assert "请拍一张处置后的照片。" in answer.content.decode()

    def test_all_that_is_missing_is_said_at_once(self, grid: Grid, case: Case) -> None:
        scene.walk(grid, case, scene.PATH[:2])
        answer = press(desk(grid.cast.qian), case, "dispose", photo="", note="")

        assert set(answer.context["form"].errors) == {"photo", "note"}

    def test_a_photo_of_an_earlier_try_counts(self, grid: Grid, case: Case) -> None:
        scene.walk(grid, case, scene.PATH[:2])
        qian = desk(grid.cast.qian)
        held = press(qian, case, "dispose", note="")
        assert set(held.context["form"].errors) == {"note"}
        [photo] = held.context["kept"]

        assert press(qian, case, "dispose", photo="", kept=[photo.uid]).status_code == 302

    def test_htmx_is_led_on_or_gets_the_form_alone(self, grid: Grid, case: Case) -> None:
        wang = desk(grid.cast.wang)
        address, htmx = f"/desk/grid/cases/{case.number}/moves/find_major/", {"hx-request": "true"}
        words = sending.words_of_move(case, "find_major")
        wrong = wang.post(address, words | {"reason": ""}, headers=htmx)
        right = wang.post(address, words, headers=htmx)

        assert wrong.status_code == 422
        assert "<html" not in wrong.content.decode()
        # Whoever changes their mind still finds the way back.
        assert f'href="/desk/grid/cases/{case.number}/"' in wrong.content.decode()
        assert right["HX-Redirect"] == f"/desk/grid/cases/{case.number}/"

    @pytest.mark.parametrize("step", ["", "none"])
    def test_a_form_that_names_no_step_is_stale(self, grid: Grid, case: Case, step: str) -> None:
        answer = press(desk(grid.cast.wang), case, "judge", step=step)

        assert (answer.status_code, "stale_page" in answer.content.decode()) == (409, True)

    def test_who_disposed_is_told_that_others_verify(
        self, grid: Grid, case: Case, now: datetime
    ) -> None:
        scene.walk(grid, case, scene.PATH[:3])
        hold(grid.cast.qian.officer, grid.cast.sun.post, at=now)
        address = f"/desk/grid/cases/{case.number}/"
        pages = {
            name: desk(getattr(grid.cast, name)).get(address).content.decode()
            for name in ("qian", "sun")
        }

        assert "须由他人办理" in pages["qian"]
        assert "/moves/" not in pages["qian"]
        assert "须由他人办理" not in pages["sun"]
        assert "/moves/verify/" in pages["sun"]

    def test_the_timeline_says_to_whom(self, grid: Grid, case: Case) -> None:
        scene.walk(grid, case, scene.PATH[:2])
        page = desk(grid.cast.wang).get(f"/desk/grid/cases/{case.number}/")
        told = {moment.entry.event: moment.to for moment in page.context["file"].moments}
        post = scene.open_step(case).post

        assert post is not None
        assert told["grid.case.dispatched"] == [f"{grid.street.name} · {post.name}"]
        assert f"交给 {grid.street.name} · {post.name}" in page.content.decode()

    def test_a_case_that_was_raised_says_to_whom(self, grid: Grid, case: Case) -> None:
        assert escalate(grid.cast.at + timedelta(days=7)) == 1
        page = desk(grid.cast.zhang).get(f"/desk/grid/cases/{case.number}/")
        post = scene.open_step(case).post

        assert post is not None
        assert f"交给 {post.unit.name} · {post.name}" in page.content.decode()

    @pytest.mark.parametrize(
        ("moves", "badge"), [(scene.PATH, "badge--good"), (("refuse",), "badge--bad")]
    )
    def test_how_it_ended(self, grid: Grid, case: Case, moves: tuple[str, ...], badge: str) -> None:
        scene.walk(grid, case, moves)
        page = desk(grid.cast.wang).get(f"/desk/grid/cases/{case.number}/").content.decode()

        # Its day was kept either way, and the page says so too.
        assert badge in page
        assert ("badge--bad" in page) is (badge == "badge--bad")

    def test_the_slip_for_who_has_no_phone(self, grid: Grid, case: Case) -> None:
        seal(clock.read())
        page = desk(grid.cast.wang).get(f"/desk/grid/cases/{case.number}/slip/").content.decode()
        [key] = published_keys()

        assert 'class="receipt"' in page
        assert key.key_id in page
        assert case.unit.name in page
        for private in (scene.WORDS, scene.PHONE, scene.REPORTER):
            assert private not in page

    def test_a_photo_kept_for_a_report_does_not_prove_a_disposal(
        self, grid: Grid, case: Case
    ) -> None:
        qian = desk(grid.cast.qian)
        held = qian.post("/report/", words_of_report(phone="", photos=[scene.upload(5)]))
        [photo] = held.context["kept"]
        scene.walk(grid, case, scene.PATH[:2])

        assert press(qian, case, "dispose", photo="", kept=[photo.uid]).status_code == 404

    def test_a_second_press_is_answered_like_the_first(self, grid: Grid, case: Case) -> None:
        wang = desk(grid.cast.wang)
        words = sending.words_of_move(case, "judge") | {"key": "k" * 32}
        address = f"/desk/grid/cases/{case.number}/moves/judge/"
        answers = [wang.post(address, words) for _press in range(2)]
        other = wang.post(address, words | {"note": "另一句话。"})
        without = wang.post(address, words | {"key": ""})

        assert [answer.status_code for answer in answers] == [302, 302]
        assert Entry.objects.filter(subject=case.subject).count() == 2
        assert (other.status_code, "key_reused" in other.content.decode()) == (409, True)
        assert (without.status_code, "stale_page" in without.content.decode()) == (409, True)

    def test_a_stale_page_lists_what_can_be_done_now(self, grid: Grid, case: Case) -> None:
        words = sending.words_of_move(case, "refuse")
        scene.make(grid, case, "judge")
        answer = desk(grid.cast.wang).post(
            f"/desk/grid/cases/{case.number}/moves/refuse/",
            words,
            headers={"accept": "application/json"},
        )

        assert answer.status_code == 409
        assert answer.json()["code"] == "move_not_possible"
        allowed = {"pass_up": "超出权限，报上级", "merge": "并案", "split": "分办"}
        allowed |= {"dispatch": "派遣"}
        assert answer.json()["details"] == {"allowed": allowed, "version": 1}

    def test_patrols_are_reported_by_who_may(self, grid: Grid) -> None:
        words = words_of_report()
        told = {
            who: desk(getattr(grid.cast, who)).post("/desk/grid/report/", words).status_code
            for who in ("li", "wang", "zhang", "qian", "sun", "zhou")
        }

        assert told == {"li": 302, "wang": 302, "zhang": 403, "qian": 403, "sun": 403, "zhou": 403}


def sending_moves() -> list[str]:
    return list(actions.MOVES)


class TestTheEndOfAPost:
    """Authority is asked at each request, at that instant."""

    @pytest.mark.parametrize(
        ("seconds", "status"), [(-1, 200), (-0.000001, 200), (0, 403), (0.000001, 403), (1, 403)]
    )
    def test_to_the_second(
        self,
        grid: Grid,
        monkeypatch: pytest.MonkeyPatch,
        seconds: float,
        status: int,
    ) -> None:
        case = scene.report(grid)
        wang = desk(grid.cast.wang)
        end = clock.read() + timedelta(minutes=1)
        Tenure.objects.filter(officer=grid.cast.wang.officer).update(ends_at=end)
        instant = end + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "read", lambda: instant)

        for address in ("/desk/", f"/desk/grid/cases/{case.number}/"):
            assert wang.get(address).status_code == status
        pressed = press(wang, case, "judge").status_code
        assert pressed == (302 if status == 200 else 403)

    @pytest.mark.slow
    def test_with_the_clock_of_the_wall(self, grid: Grid) -> None:
        case = scene.report(grid)
        wang = desk(grid.cast.wang)
        tenure = Tenure.objects.filter(officer=grid.cast.wang.officer)
        address = f"/desk/grid/cases/{case.number}/"

        tenure.update(ends_at=clock.read() + timedelta(seconds=30))
        assert wang.get(address).status_code == 200
        tenure.update(ends_at=clock.read())
        answer = wang.get(address)
        assert answer.status_code == 403
        assert "no_post" in answer.content.decode()

    def test_a_second_post_that_begins_later_counts_from_then(
        self, grid: Grid, monkeypatch: pytest.MonkeyPatch, now: datetime
    ) -> None:
        case = scene.report(grid)
        start = clock.read() + timedelta(minutes=1)
        scene_hold(grid, start)
        zhao = desk(grid.cast.zhao)
        for seconds, status in ((-1, 404), (0, 200), (1, 200)):
            instant = start + timedelta(seconds=seconds)
            monkeypatch.setattr(clock, "read", lambda instant=instant: instant)
            assert zhao.get(f"/desk/grid/cases/{case.number}/").status_code == status


def scene_hold(grid: Grid, start: datetime) -> None:
    Tenure.objects.create(
        post=grid.cast.wang.post, officer=grid.cast.zhao.officer, starts_at=start, ends_at=None
    )
