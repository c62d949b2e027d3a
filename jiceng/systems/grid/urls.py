"""Addresses of the grid: what the public face and the desk include."""

from django.urls import path

from jiceng.systems.grid.pages import appeals as appeal_pages
from jiceng.systems.grid.pages import bulk as bulk_pages
from jiceng.systems.grid.pages import desk as desk_pages
from jiceng.systems.grid.pages import following
from jiceng.systems.grid.pages import intake as intake_pages
from jiceng.systems.grid.pages import lists as list_pages
from jiceng.systems.grid.pages import nearby as nearby_pages
from jiceng.systems.grid.pages import patrols as patrol_pages
from jiceng.systems.grid.pages import printing as printing_pages
from jiceng.systems.grid.pages import public as public_pages
from jiceng.systems.grid.pages import routing as routing_pages
from jiceng.systems.grid.pages import spots as spot_pages

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
    path("s/<str:code>/", public_pages.spot, name="spot"),
    path("nearby/", nearby_pages.nearby, name="nearby"),
    path("nearby/cases.json", nearby_pages.near_cases, name="near-cases"),
    path("nearby/<str:ref>/join/", nearby_pages.join, name="join"),
    path("grid/cells/<str:code>/feed.atom", nearby_pages.feed, name="feed"),
]
desk = [
    path("report/", intake_pages.patrol_report, name="patrol"),
    path("phone/", intake_pages.phone, name="phone"),
    path("phone/<str:number>/", intake_pages.phone_filed, name="phone-filed"),
    path("spots/", spot_pages.spots, name="spots"),
    path("spots/new/", spot_pages.new_spot, name="new-spot"),
    path("spots/<str:code>/end/", spot_pages.end_spot, name="end-spot"),
    path("spots/<str:code>/poster/", spot_pages.poster, name="poster"),
    path("map/", list_pages.case_map, name="map"),
    path("cases/", list_pages.cases, name="cases"),
    path("cases/map.json", list_pages.case_points, name="points"),
    path("cases/export.<str:kind>", list_pages.case_file, name="export"),
    path("cases/filters/", list_pages.keep_filter, name="keep-filter"),
    path("cases/filters/remove/", list_pages.drop_filter, name="drop-filter"),
    path("grids/", patrol_pages.grids, name="grids"),
    path("grids/<str:code>/", patrol_pages.grid, name="grid"),
    path("grids/<str:code>/<str:plan>/hand-over/", patrol_pages.hand_over, name="hand-over"),
    path("grids/<str:code>/<str:plan>/end/", patrol_pages.end_plan, name="end-plan"),
    path("patrols/", patrol_pages.patrols, name="patrols"),
    path("patrols/<str:plan>/walk/", patrol_pages.walk, name="walk"),
    path("cases/<str:number>/", desk_pages.case, name="case"),
    path("cases/<str:number>/watch/", list_pages.watch, name="watch"),
    path("cases/<str:number>/moves/<str:move>/", desk_pages.move, name="move"),
    path("cases/<str:number>/photos/<str:uid>/", desk_pages.photo, name="photo"),
    path("cases/<str:number>/slip/", desk_pages.desk_slip, name="slip"),
    path("cases/<str:number>/print/", printing_pages.sheet, name="print"),
    path("routing/", routing_pages.rules, name="routing"),
    path("routing/new/", routing_pages.edit, name="routing-new"),
    path("routing/try/", routing_pages.trial, name="routing-trial"),
    path("routing/rules/<str:code>/", routing_pages.rule, name="routing-rule"),
    path("routing/rules/<str:code>/edit/", routing_pages.edit, name="routing-edit"),
    path("routing/rules/<str:code>/try/", routing_pages.try_draft, name="routing-try"),
    path("routing/rules/<str:code>/end/", routing_pages.end, name="routing-end"),
    path("bulk/", bulk_pages.together, name="bulk"),
    path("cases/<str:number>/receipt.json", desk_pages.desk_receipt, name="receipt"),
    path("cases/<str:number>/appeal/", appeal_pages.file_appeal, name="appeal"),
]
appeals = [
    path("<str:number>/", appeal_pages.case, name="case"),
    path("<str:number>/moves/<str:move>/", appeal_pages.move, name="move"),
]
