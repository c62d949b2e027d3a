"""Addresses of the grid: what the public face and the desk include."""

from django.urls import path

from jiceng.systems.grid import pages

public = [
    path("report/", pages.report, name="report"),
    path("track/", pages.track, name="track"),
    path("cases/<str:number>/", pages.status, name="status"),
    path("cases/<str:number>/slip/", pages.slip, name="slip"),
    path("cases/<str:number>/receipt.json", pages.receipt, name="receipt"),
    path("cases/<str:number>/photos/<str:uid>/", pages.public_photo, name="photo"),
    path("grid/cells.json", pages.cells, name="cells"),
]
desk = [
    path("report/", pages.patrol_report, name="patrol"),
    path("cases/<str:number>/", pages.case, name="case"),
    path("cases/<str:number>/moves/<str:move>/", pages.move, name="move"),
    path("cases/<str:number>/photos/<str:uid>/", pages.photo, name="photo"),
    path("cases/<str:number>/slip/", pages.desk_slip, name="slip"),
    path("cases/<str:number>/receipt.json", pages.desk_receipt, name="receipt"),
]
