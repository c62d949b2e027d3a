"""The feed of a board: the same notices in the same order as on its page."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import boards, on_board, page_of
from jiceng.ui.requests import Request

NEWEST = 50


class BoardFeed(Feed):
    """What hangs on the board of a unit, newest first."""

    feed_type = Atom1Feed

    def get_object(self, request: Request, code: str) -> Any:  # type: ignore[override]
        """Return the unit whose board it is; a unit without one has no feed."""
        unit = boards(request.now).filter(code=code[:40]).first()
        if unit is None:
            raise Absent()
        self.at = request.now
        return unit

    def title(self, obj: Any) -> str:
        """Return what the feed is called."""
        return _("%(unit)s：公开栏") % {"unit": obj.name}

    def link(self, obj: Any) -> str:
        """Return the page that shows the same."""
        return reverse("public:board", args=[obj.code])

    def feed_url(self, obj: Any) -> str:
        """Return the address of the feed itself."""
        return reverse("public:board-feed", args=[obj.code])

    def subtitle(self, obj: Any) -> str:
        """Say what is in it."""
        return _("新公示、更正和撤回。")

    def items(self, obj: Any) -> list[Notice]:
        """Return the notices."""
        return page_of(on_board(obj, self.at), "", NEWEST).notices

    def item_guid(self, obj: Notice) -> str:
        """Return what stays the same wherever the site moves."""
        return f"urn:jiceng:notice:{obj.uid}"

    def item_title(self, item: Any) -> str:
        """Return the title, and where it stands."""
        return f"{item.title}（{item.standing(self.at).label}）"

    def item_description(self, item: Any) -> str:
        """Return why it was withdrawn or corrected, or until when it hangs."""
        if item.withdrawn_at:
            return _("已撤回：%(reason)s") % {"reason": item.withdrawal}
        until = _("公示至 %(day)s") % {"day": item.closes_on.isoformat()}
        return f"{_('更正：')}{item.correction}。{until}" if item.correction else until

    def item_link(self, item: Any) -> str:
        """Return the page of the notice."""
        return reverse("public:notice", args=[item.uid])

    def item_pubdate(self, item: Any) -> datetime:
        """Return when it was published."""
        return item.published_at

    def item_updateddate(self, item: Any) -> datetime:
        """Return when it last changed."""
        return item.withdrawn_at or item.closed_at or item.published_at
