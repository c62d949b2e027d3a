"""Addresses of the public face; each system brings its own."""

from django.urls import include, path

from jiceng.faces.public import pages
from jiceng.faces.public.boards import pages as boards
from jiceng.faces.public.boards import voices
from jiceng.systems.grid import urls as grid
from jiceng.systems.secretary_projects import urls as secretary_projects

app_name = "public"
urlpatterns = [
    path("", pages.home, name="home"),
    path("verify/", pages.verify, name="verify"),
    path("verify/verify_receipt.py", pages.verifier, name="verifier"),
    path("boards/", boards.boards, name="boards"),
    path("boards/<str:code>/", boards.board, name="board"),
    path("boards/<str:code>/feed.atom", boards.feed, name="board-feed"),
    path("notices/<str:uid>/", boards.notice, name="notice"),
    path("notices/<str:uid>/object/", voices.object_to, name="object"),
    path("notices/<str:uid>/comment/", voices.comment, name="comment"),
    path("notices/<str:uid>/poster.pdf", boards.poster, name="poster"),
    path("notices/<str:uid>/notice.json", boards.notice_text, name="notice-text"),
    path("voices/<str:uid>/receipt.json", voices.receipt, name="voice-receipt"),
    path("", include((grid.public, "grid"))),
    path("", include((secretary_projects.public, "secretary_projects"))),
]
