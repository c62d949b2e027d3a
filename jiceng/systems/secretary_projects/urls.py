"""Addresses of secretary projects: what the public face and the desk include."""

from django.urls import path

from jiceng.systems.secretary_projects.pages import (
    inspections,
    overview,
    projects,
    reports,
    tables,
)
from jiceng.systems.secretary_projects.pages import public as public_pages

desk = [
    path("", projects.ledger, name="ledger"),
    path("tables/<str:ledger>/", tables.tables, name="tables"),
    path("tables/<str:ledger>/table.<str:kind>", tables.file, name="tables-file"),
    path("propose/<str:kind>/", projects.propose, name="propose"),
    path("cases/<str:number>/", projects.case, name="case"),
    path("cases/<str:number>/moves/<str:move>/", projects.move, name="move"),
    path("cases/<str:number>/photos/<str:uid>/", projects.photo, name="photo"),
    path("cases/<str:number>/plan/new/", projects.new_step, name="step-new"),
    path("cases/<str:number>/plan/hang/", projects.hang_plan, name="plan-hang"),
    path("cases/<str:number>/plan/<str:step>/", projects.change_step, name="step"),
    path("cases/<str:number>/plan/<str:step>/drop/", projects.drop_step, name="step-drop"),
    path("cases/<str:number>/plan/<str:step>/progress/", projects.claim_progress, name="progress"),
    path("duties/", reports.by_owner, name="duties"),
    path("cases/<str:number>/reports/<str:duty>/<str:start>/", reports.report, name="report"),
    path("draws/", inspections.draws, name="draws"),
    path("draws/new/", inspections.new_draw, name="draw-new"),
    path("draws/<str:uid>/", inspections.draw, name="draw"),
    path("draws/<str:uid>/make/", inspections.make_draw, name="draw-make"),
    path("draws/<str:uid>/reveal/", inspections.reveal, name="draw-reveal"),
    path("visits/<str:uid>/", inspections.record_visit, name="visit"),
    path("visits/<str:uid>/finding/", inspections.find, name="finding-new"),
    path("cases/<str:number>/visit/", inspections.visit_project, name="visit-new"),
    path("cases/<str:number>/findings/<str:uid>/rectify/", inspections.rectify, name="rectify"),
    path("cases/<str:number>/findings/<str:uid>/confirm/", inspections.confirm, name="confirm"),
    path("cases/<str:number>/findings/<str:uid>/back/", inspections.send_back, name="back"),
    path("coverage/", overview.coverage, name="coverage"),
    path("ends/", overview.both_ends, name="ends"),
    path("outcomes/", overview.outcomes, name="outcomes"),
    path("outcomes/<str:uid>/", overview.achieve, name="achieve"),
    path("cases/<str:number>/results/new/", overview.record_result, name="result-new"),
    path("exemplars/", overview.exemplars, name="exemplars"),
    path("exemplars/roadshow/", overview.open_roadshow, name="roadshow"),
    path("exemplars/<str:number>/", overview.exemplar, name="exemplar"),
    path("exemplars/<str:number>/column/", overview.write_column, name="column"),
    path("exemplars/<str:number>/adopt/", overview.adopt, name="adopt"),
    path("cases/<str:number>/exemplar/", overview.raise_exemplar, name="exemplar-new"),
]
public = [
    path("projects/", public_pages.board, name="board"),
    path("projects/<str:number>/", public_pages.project, name="project"),
]
