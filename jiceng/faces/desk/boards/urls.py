"""Addresses of boards at the desk, ``/desk/boards/…``."""

from django.urls import path

from jiceng.faces.desk.boards import answering, keeping, pages

urlpatterns = [
    path("", pages.queue, name="queue"),
    path("<str:uid>/", pages.notice, name="notice"),
    path("<str:uid>/withdraw/", keeping.withdraw, name="withdraw"),
    path("<str:uid>/correct/", keeping.correct, name="correct"),
    path("objections/<str:uid>/", answering.objection, name="objection"),
    path("comments/<str:uid>/", answering.comment, name="comment"),
]
