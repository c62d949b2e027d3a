"""Signing in and out, sessions, and the own password."""

from typing import Any

import pytest
from django.conf import settings as installation
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.html import escape

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import deactivate_officer, issue_password
from jiceng.systems.grid.tests.scene import Grid, upload
from jiceng.systems.grid.tests.sending import telling, words_of_report

pytestmark = pytest.mark.django_db
RIGHT, OTHER = "correct-horse-battery-8", "staple-horse-correct-9"
COOKIE = installation.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def wang(grid: Grid, settings: Any) -> Officer:
    """Give 王 a password; a fast hash, for signing in is what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    row = grid.cast.wang.officer
    row.set_password(RIGHT)
    row.save(update_fields=["password"])
    return row


def sign_in(client: Client, name: str = "1001", password: str = RIGHT, **more: Any) -> Any:
    return client.post("/desk/login/", {"username": name, "password": password, **more})


def who(client: Client) -> bool:
    """Tell whether a browser is signed in."""
    return "我的待办" in client.get("/desk/").content.decode()


class TestSigningIn:
    def test_right(self, client: Client) -> None:
        answer = sign_in(client)

        assert (answer.status_code, answer["Location"]) == (302, "/desk/")
        assert who(client)

    def test_the_way_in_stands_at_the_desk_itself(self, client: Client) -> None:
        answer = client.post("/desk/", {"username": "1001", "password": RIGHT})

        assert answer.status_code == 302
        assert who(client)

    @pytest.mark.parametrize(
        ("story", "name", "password"),
        [
            ("a wrong password", "1001", "wrong"),
            ("nobody of this number", "9999", RIGHT),
            ("a Cyrillic а", "а1001", RIGHT),
            ("a Greek zero", "1οο1", RIGHT),
            ("a zero-width space", "10\u200b01", RIGHT),
            ("spaces inside", "10 01", RIGHT),
            ("the password in other case", "1001", RIGHT.upper()),
            ("a space after the password", "1001", f"{RIGHT} "),
            ("no post but the name", "王小值", RIGHT),
            ("SQL", "1001' OR 1=1--", RIGHT),
            ("wildcards", "100%", RIGHT),
        ],
    )
    def test_everything_wrong_answers_alike(
        self, client: Client, story: str, name: str, password: str
    ) -> None:
        wrong = sign_in(Client(), "1001", "wrong")
        answer = sign_in(client, name, password)

        assert telling(answer)[0] == telling(wrong)[0]
        assert telling(answer)[1].replace(f'value="{escape(name)}"', "") == telling(wrong)[
            1
        ].replace('value="1001"', "")
        assert "工号或密码不正确" in answer.content.decode()
        assert not who(client)

    @pytest.mark.parametrize("name", ["１００１", " 1001 ", "1001\u3000"])
    def test_the_same_number_typed_otherwise_is_the_same_number(
        self, client: Client, name: str
    ) -> None:
        assert sign_in(client, name).status_code == 302

    def test_and_it_is_locked_as_the_same_number(self, client: Client) -> None:
        ways = ["1001", "１００１", " 1001", "1001 ", "1００1"]
        answers = [sign_in(client, name, "wrong").status_code for name in ways]

        assert answers[-1] == 429
        assert sign_in(client).status_code == 429

    def test_somebody_who_left_answers_like_a_wrong_password(
        self, client: Client, wang: Officer
    ) -> None:
        deactivate_officer(by=SYSTEM, at=clock.read(), officer=wang)

        assert telling(sign_in(client)) == telling(sign_in(Client(), "1001", "wrong"))

    @pytest.mark.parametrize("password", ["密" * 64, "😀" * 64, "x" * 128])
    def test_long_passwords_are_fine(self, client: Client, wang: Officer, password: str) -> None:
        wang.set_password(password)
        wang.save(update_fields=["password"])

        assert sign_in(client, password=password).status_code == 302

    @pytest.mark.parametrize("length", [129, 4_096, 100_000])
    def test_and_too_long_ones_are_refused_before_hashing(
        self, client: Client, length: int
    ) -> None:
        answer = sign_in(client, password="x" * length)

        assert answer.status_code == 422
        assert answer.context["form"].has_error("password", "max_length")
        assert "x" * 129 not in answer.content.decode()


class TestNext:
    @pytest.mark.parametrize(
        ("wanted", "leads_to"),
        [
            ("/desk/procedures/", "/desk/procedures/"),
            ("/desk/grid/cases/1/?a=1", "/desk/grid/cases/1/?a=1"),
            ("", "/desk/"),
            ("//evil.example", "/desk/"),
            ("///evil.example", "/desk/"),
            ("https:evil.example", "/desk/"),
            ("https://evil.example/desk/", "/desk/"),
            ("\\evil.example", "/desk/"),
            ("/\\evil.example", "/desk/"),
            ("javascript:alert(1)", "/desk/"),
            ("JaVaScRiPt:alert(1)", "/desk/"),
            ("data:text/html,x", "/desk/"),
            ("\t//evil.example", "/desk/"),
            ("http://[", "/desk/"),
            ("/desk/login/", "/desk/"),
            ("/desk/login/?next=/desk/login/", "/desk/"),
        ],
    )
    def test_leads_to_pages_of_ours_only(self, client: Client, wanted: str, leads_to: str) -> None:
        assert sign_in(client, next=wanted)["Location"] == leads_to
        again = client.get("/desk/login/", {"next": wanted})
        assert (again.status_code, again["Location"]) == (302, leads_to)

    def test_a_line_break_makes_no_header(self, client: Client) -> None:
        answer = sign_in(client, next="/desk/\r\nSet-Cookie: stolen=1")

        assert "stolen" not in answer.cookies
        assert "\n" not in answer["Location"]


class TestSessions:
    def test_the_key_of_before_is_worth_nothing(self, client: Client) -> None:
        client.post("/report/", words_of_report(phone="", photos=[upload()]))
        before = client.cookies[COOKIE].value
        sign_in(client)
        after = client.cookies[COOKIE].value

        thief = Client()
        thief.cookies[COOKIE] = before
        assert before != after
        assert not Session.objects.filter(session_key=before).exists()
        assert not who(thief)

    def test_a_session_that_somebody_chose_is_not_taken(self, client: Client) -> None:
        client.cookies[COOKIE] = "a" * 32
        sign_in(client)

        assert client.cookies[COOKIE].value != "a" * 32

    def test_signing_out_ends_it(self, client: Client) -> None:
        sign_in(client)
        key = client.cookies[COOKIE].value
        assert client.get("/desk/logout/").status_code == 405
        client.post("/desk/logout/")

        thief = Client()
        thief.cookies[COOKIE] = key
        assert not who(thief)

    def test_disabling_somebody_ends_it(self, client: Client, wang: Officer) -> None:
        sign_in(client)
        deactivate_officer(by=SYSTEM, at=clock.read(), officer=wang)

        assert not who(client)

    def test_a_new_password_from_the_office_ends_it(self, client: Client, wang: Officer) -> None:
        sign_in(client)
        issue_password(by=SYSTEM, at=clock.read(), officer=wang, new=OTHER)

        assert not who(client)
        assert sign_in(client, password=RIGHT).status_code != 302

    @pytest.mark.parametrize("change", [0, 15, 31])
    def test_a_flipped_bit_is_nobody(self, client: Client, change: int) -> None:
        sign_in(client)
        key = client.cookies[COOKIE].value
        flipped = key[:change] + chr(ord(key[change]) ^ 1) + key[change + 1 :]
        client.cookies[COOKIE] = flipped

        answer = client.get("/desk/")
        assert answer.status_code == 200
        assert "登录办公端" in answer.content.decode()

    @pytest.mark.parametrize("value", ["", "x" * 16_000, "\x01", "' OR 1=1", "../../etc", "%00"])
    def test_rubbish_is_nobody(self, client: Client, value: str) -> None:
        client.cookies[COOKIE] = value

        assert client.get("/desk/").status_code == 200
        assert client.get("/desk/procedures/").status_code == 302

    def test_the_cookie_is_not_for_scripts_or_other_sites(self, client: Client) -> None:
        sign_in(client)
        cookie = client.cookies[COOKIE]

        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["expires"]

    def test_pages_of_the_desk_are_kept_out_of_caches(self, client: Client) -> None:
        sign_in(client)

        for address in ("/desk/", "/desk/procedures/", "/desk/password/"):
            assert "no-store" in client.get(address)["Cache-Control"]


class TestPassword:
    def change(self, client: Client, old: str, new: str, again: str = "") -> Any:
        return client.post("/desk/password/", {"old": old, "new": new, "again": again or new})

    def test_changing_it_ends_every_other_session(self, client: Client) -> None:
        other = Client()
        sign_in(client)
        sign_in(other)
        before = Entry.objects.count()
        answer = self.change(client, RIGHT, OTHER)

        assert answer["Location"] == "/desk/"
        assert who(client)
        assert not who(other)
        assert Entry.objects.count() == before + 1
        assert sign_in(Client(), password=OTHER).status_code == 302

    @pytest.mark.parametrize(
        ("old", "new", "again", "code"),
        [
            ("wrong", OTHER, "", "wrong_password"),
            (RIGHT, OTHER, "another", "mismatch"),
            (RIGHT, "short", "", "weak_password"),
            (RIGHT, "12345678", "", "weak_password"),
            (RIGHT, "password", "", "weak_password"),
            (RIGHT, "x" * 129, "", "password_too_long"),
            (RIGHT, "", "", "required"),
            ("", OTHER, "", "required"),
        ],
    )
    def test_what_is_wrong_changes_nothing(
        self, client: Client, old: str, new: str, again: str, code: str
    ) -> None:
        sign_in(client)
        before = Entry.objects.count()
        answer = self.change(client, old, new, again)

        by_field = answer.context["form"].errors.as_data()
        assert answer.status_code == 422
        assert code in {error.code for errors in by_field.values() for error in errors}
        assert f'value="{new}"' not in answer.content.decode()
        assert Entry.objects.count() == before
        assert sign_in(Client()).status_code == 302

    def test_it_is_not_for_who_is_not_signed_in(self, client: Client) -> None:
        assert client.get("/desk/password/")["Location"] == "/desk/login/?next=/desk/password/"
        assert self.change(client, RIGHT, OTHER).status_code == 302
        assert sign_in(client, password=OTHER).status_code != 302
