"""Addresses of the public face; each system brings its own."""

from django.urls import include, path

from jiceng.faces.public import pages
from jiceng.systems.grid import urls as grid

app_name = "public"
urlpatterns = [
    path("", pages.home, name="home"),
    path("verify/", pages.verify, name="verify"),
    path("verify/verify_receipt.py", pages.verifier, name="verifier"),
    path("", include((grid.public, "grid"))),
]
