"""The page of one move for several cases: pick, choose, press once, read each result."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.systems.grid.actions.together import move_together
from jiceng.systems.grid.forms.together import TogetherForm
from jiceng.systems.grid.queries.bulk import Offer, Selection, offer_of, picked, selection
from jiceng.ui.access import for_officers
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


class NothingPicked(BadInput):
    """The form names no case, or no move that is made for several (422)."""

    code = "nothing_picked"
    sentence = _("请先勾选要一起办理的办件，再选择办理什么。")


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def together(request: DeskRequest) -> HttpResponse:
    """Show what can be done with the picked cases at once; do it, and say what became of each."""
    sent = request.POST if request.method == "POST" else request.GET
    steps = picked(sent.getlist("step"))
    chosen = selection(request.user, request.capacities, steps, request.now)
    if request.method == "POST":
        return _press(request, chosen)
    offer = chosen.offer(sent.get("move", ""))
    form = TogetherForm(offer.move, now=request.now) if offer else None
    return _ask(request, chosen, offer, form)


def _press(request: DeskRequest, chosen: Selection) -> HttpResponse:
    """Move the rows. A second press finds them moved already, so it asks no row what it allows."""
    offer = offer_of(chosen, request.POST.get("move", ""))
    if offer is None:
        raise NothingPicked()
    form = TogetherForm(offer.move, request.POST, now=request.now)
    if not form.is_valid():
        return _ask(request, chosen, offer, form, status=422)
    results = move_together(
        rows=chosen.rows,
        move=offer.move.code,
        words=form.cleaned_data,
        at=request.now,
        key=request.POST.get("key", ""),
    )
    context = {
        "move": offer.move,
        "results": results,
        "done": [result for result in results if result.refusal is None],
        "refused": [result for result in results if result.refusal is not None],
    }
    return page(request, "grid/bulk_results.html", context)


def _ask(
    request: DeskRequest,
    chosen: Selection,
    offer: Offer | None,
    form: TogetherForm | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "chosen": chosen,
        "offer": offer,
        "form": form,
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "grid/bulk.html", context, status=status)
