"""A door for acts without forms: JSON in, the receipt out; refusals leave as they always do."""

import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from faults.acting import perform
from jiceng.kernel.ledger.service import receipt_for


@csrf_exempt
def act(request: HttpRequest) -> JsonResponse:
    """Perform one act and answer where the case stands now."""
    return JsonResponse(perform(json.loads(request.body), request.now))


def receipt(request: HttpRequest) -> JsonResponse:
    """Hand out the receipt of an entry."""
    return JsonResponse(receipt_for(request.GET["uid"]))
