"""Addresses of bulletins, ``/desk/bulletins/…``."""

from django.urls import path

from jiceng.faces.desk.bulletins import pages, writing

urlpatterns = [
    path("", pages.all_bulletins, name="all"),
    path("new/", writing.new, name="new"),
    path("<str:uid>/", pages.bulletin, name="bulletin"),
    path("<str:uid>/edit/", writing.write, name="edit"),
    path("<str:uid>/issue/", writing.print_off, name="issue"),
    path("<str:uid>/bulletin.docx", pages.file, name="file"),
]
