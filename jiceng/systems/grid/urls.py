"""Addresses of the grid: what the public face and the desk include."""

from django.urls import path

from jiceng.systems.grid.pages import appeals as appeal_pages
from jiceng.systems.grid.pages import bulk as bulk_pages
from jiceng.systems.grid.pages import desk as desk_pages
from jiceng.systems.grid.pages import printing as printing_pages
from jiceng.systems.grid.pages import following
from jiceng.systems.grid.pages import public as public_pages

public = [
    path("report/", public_pages.report, name="report"),
    path("track/", public_pages.track, name="track"),
    path("cases/<str:number>/", public_pages.status, name="status"),
    path("cases/<str:number>/answer/", following.answer, name="answer"),
    path("cases/<str:number>/withdraw/", following.withdraw, name="withdraw"),
    path("cases/<str:number>/rate/", following.rate, name="rate"),
    path("cases/<str:number>/slip/", public_pages.slip, name="slip"),
    path("cases/<str:number>/receipt.json", public_pages.receipt, name="receipt"),
    path("cases/<str:number>/photos/<str:uid>/", public_pages.public_photo, name="photo"),
    path("grid/cells.json", public_pages.cells, name="cells"),
]
desk = [
    path("report/", desk_pages.patrol_report, name="patrol"),
    path("cases/<str:number>/", desk_pages.case, name="case"),
    path("cases/<str:number>/moves/<str:move>/", desk_pages.move, name="move"),
    path("cases/<str:number>/photos/<str:uid>/", desk_pages.photo, name="photo"),
    path("cases/<str:number>/slip/", desk_pages.desk_slip, name="slip"),
    path("cases/<str:number>/print/", printing_pages.sheet, name="print"),
    path("bulk/", bulk_pages.together, name="bulk"),
    path("cases/<str:number>/receipt.json", desk_pages.desk_receipt, name="receipt"),
    path("cases/<str:number>/appeal/", appeal_pages.file_appeal, name="appeal"),
]
appeals = [
    path("<str:number>/", appeal_pages.case, name="case"),
    path("<str:number>/moves/<str:move>/", appeal_pages.move, name="move"),
]
