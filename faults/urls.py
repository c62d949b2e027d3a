"""The addresses of the product, and one door for acts without forms."""

from django.urls import path

from faults import door
from jiceng.config import urls

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [
    path("faults/act/", door.act),
    path("faults/receipt/", door.receipt),
    *urls.urlpatterns,
]
