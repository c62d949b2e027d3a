"""The feed of a grid: the same cases and the same words as on the page of neighbours."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from jiceng.kernel.base.errors import Absent
from jiceng.systems.grid import queries
from jiceng.ui.requests import Request


class CellFeed(Feed):
    """The open cases of a grid in force, newest first."""

    feed_type = Atom1Feed

    def get_object(self, request: Request, code: str) -> Any:  # type: ignore[override]
        """Return the grid and what is open in it; one that has ended has no feed."""
        cell = queries.cell_of_code(code, request.now)
        if cell is None:
            raise Absent()
        self.found = queries.neighbours(request.now, cell=cell, size=queries.FEED).cases
        return cell

    def title(self, obj: Any) -> str:
        """Return what the feed is called."""
        return _("%(grid)s：正在办理") % {"grid": obj.name}

    def link(self, obj: Any) -> str:
        """Return the page that shows the same."""
        return f"{reverse('public:grid:nearby')}?unit={obj.unit.code}"

    def feed_url(self, obj: Any) -> str:
        """Return the address of the feed itself."""
        return reverse("public:grid:feed", args=[obj.code])

    def subtitle(self, obj: Any) -> str:
        """Say what is in it and what is not."""
        return _("只列已研判、未办结的；不含具体门牌和上报人。")

    def items(self, obj: Any) -> list[queries.Neighbour]:
        """Return the cases."""
        return self.found

    def item_title(self, item: Any) -> str:
        """Return the category and where it stands."""
        return f"{item.category} · {item.state}"

    def item_description(self, item: Any) -> str:
        """Return the masked words."""
        return str(item.words)

    def item_link(self, item: Any) -> str:
        """Return where a neighbour says “me too”."""
        return reverse("public:grid:join", args=[item.ref])

    def item_pubdate(self, item: Any) -> datetime:
        """Return when it was reported."""
        return item.opened_at

    def item_updateddate(self, item: Any) -> datetime:
        """Return when it last went on."""
        return item.changed_at
