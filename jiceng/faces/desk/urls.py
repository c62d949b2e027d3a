"""Addresses of the desk, ``/desk/…``; each system brings its own under its name."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from jiceng.faces.desk import pages
from jiceng.faces.desk.boards import urls as boards
from jiceng.faces.desk.bulletins import urls as bulletins
from jiceng.faces.desk.figures import pages as figures
from jiceng.faces.desk.reviews import urls as reviews
from jiceng.systems.grid import urls as grid
from jiceng.systems.secretary_projects import urls as secretary_projects

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="inbox"),
    path("login/", pages.sign_in, name="login"),
    path("logout/", LogoutView.as_view(http_method_names=["post"]), name="logout"),
    path("password/", pages.password, name="password"),
    path("cases/", pages.find_case, name="cases"),
    path("procedures/", pages.procedures, name="procedures"),
    path("procedures/<str:code>/<str:version>/", pages.procedure, name="procedure"),
    path("boards/", include((boards.urlpatterns, "boards"))),
    path("bulletins/", include((bulletins.urlpatterns, "bulletins"))),
    path("reviews/", include((reviews.urlpatterns, "reviews"))),
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:code>/", figures.figure, name="figure"),
    path("figures/<str:code>/rows.<str:kind>", figures.figure_rows, name="figure-rows"),
    path("grid/", include((grid.desk, "grid"))),
    path("projects/", include((secretary_projects.desk, "secretary_projects"))),
    path("appeals/", include((grid.appeals, "grid_appeal"))),
]
