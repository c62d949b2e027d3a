"""Refusals: what a person is told when something cannot be done.

Each has an HTTP status, a stable code for machines and a Chinese sentence for people. Packages
define their own subclasses beside the function that raises them.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """An expected failure with a sentence fit for the screen."""

    status = 400
    code = "refused"
    sentence: str | Promise = _("无法办理。")

    def __init__(
        self, sentence: str | Promise = "", *, code: str = "", field: str = "", **details: Any
    ) -> None:
        self.sentence = sentence or self.sentence
        self.code = code or self.code
        self.field = field
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.sentence)


class Malformed(Refusal):
    """The request itself cannot be read (400)."""

    code = "malformed"
    sentence = _("请求格式不正确。")


class BadInput(Refusal):
    """A value was read but may not be used (422)."""

    status = 422
    code = "bad_input"
    sentence = _("填写的内容不符合要求。")


class NotAllowed(Refusal):
    """The person may know of the thing, but may not do this to it (403)."""

    status = 403
    code = "not_allowed"
    sentence = _("您没有办理此事的权限。")


class Absent(Refusal):
    """The thing does not exist, or the person may not know of it; both answer alike (404)."""

    status = 404
    code = "not_found"
    sentence = _("没有找到，或您无权查看。")


class Conflict(Refusal):
    """Somebody else was faster, or the thing is no longer where the page thought (409)."""

    status = 409
    code = "conflict"
    sentence = _("情况已经变化，请按最新状态办理。")


class TooLarge(Refusal):
    """More than will be read (413)."""

    status = 413
    code = "too_large"
    sentence = _("内容过大。")


class TooMany(Refusal):
    """Too many requests (429)."""

    status = 429
    code = "too_many"
    sentence = _("操作过于频繁，请稍后再试。")


class Unavailable(Refusal):
    """The service cannot promise anything now (503)."""

    status = 503
    code = "unavailable"
    sentence = _("系统暂时无法受理，请稍后再试。")
