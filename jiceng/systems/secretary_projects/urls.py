"""Addresses of secretary projects: what the public face and the desk include."""

from django.urls import path

from jiceng.systems.secretary_projects.pages import projects
from jiceng.systems.secretary_projects.pages import public as public_pages

desk = [
    path("", projects.ledger, name="ledger"),
    path("propose/<str:kind>/", projects.propose, name="propose"),
    path("cases/<str:number>/", projects.case, name="case"),
    path("cases/<str:number>/moves/<str:move>/", projects.move, name="move"),
    path("cases/<str:number>/photos/<str:uid>/", projects.photo, name="photo"),
    path("cases/<str:number>/plan/new/", projects.new_step, name="step-new"),
    path("cases/<str:number>/plan/hang/", projects.hang_plan, name="plan-hang"),
    path("cases/<str:number>/plan/<str:step>/", projects.change_step, name="step"),
    path("cases/<str:number>/plan/<str:step>/drop/", projects.drop_step, name="step-drop"),
    path("cases/<str:number>/plan/<str:step>/progress/", projects.claim_progress, name="progress"),
]
public = [
    path("projects/", public_pages.board, name="board"),
    path("projects/<str:number>/", public_pages.project, name="project"),
]
