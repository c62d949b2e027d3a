"""Two addresses that speak JSON."""

import json

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bench.peers.natural import work


@csrf_exempt
@require_POST
def create(request: HttpRequest) -> JsonResponse:
    """Open a case."""
    case = work.open_case(json.loads(request.body)["person"])
    return JsonResponse({"id": case.pk, "status": case.status})


@csrf_exempt
@require_POST
def advance(request: HttpRequest, pk: int) -> JsonResponse:
    """Move a case."""
    case = work.advance(pk)
    return JsonResponse({"id": case.pk, "status": case.status})


urlpatterns = [path("cases/", create), path("cases/<int:pk>/advance/", advance)]
