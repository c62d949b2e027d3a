"""Guessing passwords: who is stopped, and who is not stopped along with them."""

import pytest
from django.urls import reverse

from jiceng.kernel.testing.cast import officer

pytestmark = pytest.mark.django_db

NAME, RIGHT = "1024", "correct horse battery staple"
LIMIT = 5


@pytest.fixture(autouse=True)
def somebody(settings):
    settings.AXES_ENABLED = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    row = officer(NAME, "王")
    row.set_password(RIGHT)
    row.save(update_fields=["password"])
    return row


def sign_in(client, password, name=NAME, **environment):
    form = {"username": name, "password": password}
    return client.post(reverse("desk:login"), form, **environment).status_code


def guess(client, times, **environment):
    return [sign_in(client, "wrong", **environment) for _time in range(times)]


@pytest.mark.slow
class TestGuessing:
    def test_the_right_password_no_longer_helps(self, client):
        assert guess(client, LIMIT)[-1] == 429
        assert sign_in(client, RIGHT) == 429

    def test_the_officer_can_still_sign_in_from_elsewhere(self, client):
        guess(client, LIMIT)

        assert sign_in(client, RIGHT, REMOTE_ADDR="203.0.113.9") == 302

    def test_a_colleague_at_the_same_window_can_sign_in(self, client):
        colleague = officer("2048", "李")
        colleague.set_password(RIGHT)
        colleague.save(update_fields=["password"])
        guess(client, LIMIT)

        assert sign_in(client, RIGHT, name="2048") == 302

    def test_the_answer_is_the_same_for_a_name_that_does_not_exist(self, client):
        known = client.post(reverse("desk:login"), {"username": NAME, "password": "wrong"})
        unknown = client.post(reverse("desk:login"), {"username": "nobody", "password": "wrong"})

        assert known.status_code == unknown.status_code
        assert "工号或密码不正确" in known.content.decode()
        assert "工号或密码不正确" in unknown.content.decode()

    def test_invented_addresses_do_not_help_behind_one_proxy(self, client, settings):
        settings.TRUSTED_PROXIES = 1
        answers = [
            sign_in(client, "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{turn}, 198.51.100.7")
            for turn in range(LIMIT)
        ]

        assert answers[-1] == 429

    def test_everybody_else_behind_the_proxy_can_sign_in(self, client, settings):
        settings.TRUSTED_PROXIES = 1
        guess(client, LIMIT, HTTP_X_FORWARDED_FOR="198.51.100.7")

        assert sign_in(client, RIGHT, HTTP_X_FORWARDED_FOR="198.51.100.8") == 302

    @pytest.mark.parametrize("address", ["", "unix:", "evil"])
    def test_without_an_address_guessing_is_stopped_too(self, client, address):
        answers = guess(client, LIMIT, REMOTE_ADDR=address)

        assert set(answers) <= {200, 422, 429}
        assert answers[-1] == 429
