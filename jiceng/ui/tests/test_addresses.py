"""Whose address counts, behind none, one and two proxies."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from jiceng.ui.middleware import bucket_of, client_address, locked_out

DIRECT = "203.0.113.9"
MANY = ", ".join(["198.51.100.1"] * 99)


def asked(remote, forwarded=None):
    request = RequestFactory().get("/")
    request.META["REMOTE_ADDR"] = remote
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return request


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "client"),
    [
        # no proxy: the header is what anybody may write
        (0, DIRECT, None, DIRECT),
        (0, DIRECT, "198.51.100.7", DIRECT),
        (0, DIRECT, MANY, DIRECT),
        (0, "", "198.51.100.7", "unknown"),
        (0, "", None, "unknown"),
        (0, "unix:", None, "unknown"),
        (0, None, None, "unknown"),
        (0, "2001:db8::1", None, "2001:db8::1"),
        (0, "2001:DB8:0::0001", None, "2001:db8::1"),
        (0, "::ffff:203.0.113.9", None, DIRECT),  # the same client on a dual-stack socket
        (0, "203.0.113.9:50123", None, DIRECT),
        (0, "[2001:db8::1]:50123", None, "2001:db8::1"),
        (0, "[2001:db8::1]", None, "2001:db8::1"),
        (0, "2001:db8::1:443", None, "2001:db8::1:443"),  # an address, not a port
        # one proxy: it appended the last entry; what stands before it is invented
        (1, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "127.0.0.1", "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (1, "127.0.0.1", f"{MANY}, 198.51.100.7", "198.51.100.7"),
        (1, "127.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        (1, "127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "127.0.0.1", "evil", "127.0.0.1"),
        (1, "127.0.0.1", "198.51.100.7, evil", "127.0.0.1"),
        (1, "127.0.0.1", "", "127.0.0.1"),
        (1, "127.0.0.1", None, "127.0.0.1"),
        (1, "", "198.51.100.7", "198.51.100.7"),  # the proxy speaks through a Unix socket
        (1, "", "evil", "unknown"),
        # two proxies
        (2, "127.0.0.1", "198.51.100.7, 192.0.2.1", "198.51.100.7"),
        (2, "127.0.0.1", "10.0.0.1, 198.51.100.7, 192.0.2.1", "198.51.100.7"),
        (2, "127.0.0.1", "192.0.2.1", "127.0.0.1"),  # too short: it did not pass both
    ],
)
def test_the_client(settings, proxies, remote, forwarded, client):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(asked(remote, forwarded)) == client


@pytest.mark.parametrize(
    ("remote", "bucket"),
    [
        (DIRECT, DIRECT),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),  # the same household
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", DIRECT),
        ("[2001:db8::1]:50123", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", "unknown"),
        (None, "unknown"),
    ],
)
def test_whose_tries_are_counted_together(remote, bucket):
    assert bucket_of(asked(remote)) == bucket


@given(remote=st.text(max_size=60), forwarded=st.text(max_size=200), proxies=st.integers(0, 4))
def test_it_never_fails(remote, forwarded, proxies):
    from django.test import override_settings

    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(asked(remote, forwarded))
        assert bucket_of(asked(remote, forwarded))


def test_the_locked_out_are_told_how_long_and_not_whether_the_name_exists(settings):
    settings.AXES_COOLOFF_TIME = 0.25

    answer = locked_out(asked(DIRECT), None, {"username": "1024"})

    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "15 分钟" in answer.content.decode()
    assert "1024" not in answer.content.decode()
