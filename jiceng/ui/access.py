"""Who may open a page of the desk. Authority is asked anew at every request."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.orgs.service import Capacity, settle
from jiceng.ui.requests import Request

View = Callable[..., HttpResponseBase]


class NoPost(NotAllowed):
    """The officer holds no post at this instant (403)."""

    code = "no_post"
    sentence = _("您目前没有在任岗位，不能使用办公端。请联系本单位的组织管理员。")


def held_posts(request: Request) -> list[Capacity]:
    """Return in which posts the person of this request acts now; asked once a request."""
    if not hasattr(request, "capacities"):
        request.capacities = settle(request.user, request.now)  # type: ignore[attr-defined]
    held: list[Capacity] = request.capacities  # type: ignore[attr-defined]
    return held


def for_officers(view: View) -> View:
    """Let in who is signed in and holds a post now; send the others to sign in, or refuse."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.user.must_change_password:
            # Somebody else knows it: until it is changed, nothing is done in this name.
            return redirect("desk:password")
        if not held_posts(request):
            raise NoPost()
        return view(request, *args, **kwargs)

    guarded.for_officers = True  # type: ignore[attr-defined]
    return guarded


def in_role(request: Request, *roles: str) -> Capacity | None:
    """Return the first capacity of the person in one of these roles, or ``None``."""
    return next((held for held in held_posts(request) if held.role in roles), None)
