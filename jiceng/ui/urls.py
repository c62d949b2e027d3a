"""Routes of the design system."""

from django.urls import path

from jiceng.ui import pages

app_name = "ui"
urlpatterns = [
    path("gallery/", pages.gallery, name="gallery"),
    path("language/", pages.language, name="language"),
    path("large/", pages.large, name="large"),
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
]
