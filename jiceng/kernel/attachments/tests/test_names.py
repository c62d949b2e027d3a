"""The sender's names: shown harmless, and never part of a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.attachments.names import base_name, display_name


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("现场.jpg", "现场.jpg"),
        ("IMG_0001.HEIC", "IMG_0001.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\windows\\win.ini", "win.jpg"),
        ("C:\\x\\照片.jpg", "照片.jpg"),
        ("/absolute.jpg", "absolute.jpg"),
        ("CON", "_CON.jpg"),
        ("con.jpg", "_con.jpg"),
        ("LPT1.png", "_LPT1.jpg"),
        ("console.jpg", "console.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("...", "照片.jpg"),
        ("", "照片.jpg"),
        (".jpg", "jpg.jpg"),
        ("a\u202egpj.exe", "agpj.jpg"),
        ("a\x00b.jpg", "ab.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.jpg"),
        ("\ud800.jpg", "jpg.jpg"),
        ("🕳️井盖.jpg", "🕳️井盖.jpg"),
        ('a"b<c>d|e?.jpg', "abcde.jpg"),
        ("长" * 300 + ".jpg", "长" * 96 + ".jpg"),
        ("a" * 5000, "a" * 96 + ".jpg"),
        ("  空 格  .jpg ", "空 格.jpg"),
        ("e\u0301.jpg", "é.jpg"),
    ],
)
def test_how_a_name_is_shown(typed: str, shown: str) -> None:
    assert display_name(typed) == shown


@given(st.text(max_size=400))
def test_no_name_is_a_path_or_breaks_a_line(typed: str) -> None:
    shown = display_name(typed)
    assert shown.endswith(".jpg")
    assert 5 <= len(shown) <= 100
    assert not set('/\\\x00\r\n\u202e"').intersection(shown)
    assert not shown.startswith(".")
    assert shown.encode()
    assert display_name(shown) == shown
    assert "/" not in base_name(typed)
