"""Addresses of reviews, ``/desk/reviews/…``."""

from django.urls import path

from jiceng.faces.desk.reviews import chairing, judging, pages

urlpatterns = [
    path("", pages.all_reviews, name="all"),
    path("new/", chairing.new, name="new"),
    path("<str:uid>/", pages.review, name="review"),
    path("<str:uid>/invite/", chairing.panel, name="invite"),
    path("<str:uid>/close/", chairing.end, name="close"),
    path("<str:uid>/score/<str:number>/", judging.score, name="score"),
    path("<str:uid>/aside/<str:number>/", judging.aside, name="aside"),
    path("<str:uid>/standing/<str:number>/", pages.standing, name="standing"),
    path("<str:uid>/<str:what>.<str:kind>", pages.file, name="file"),
]
