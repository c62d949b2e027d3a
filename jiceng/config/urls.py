"""Root URLs: one prefix a face."""

from django.urls import include, path

urlpatterns = [
    path("", include("jiceng.faces.public.urls")),
    path("desk/", include("jiceng.faces.desk.urls")),
    path("", include("jiceng.ui.urls")),
]
handler400 = "jiceng.ui.errors.bad_request"
handler403 = "jiceng.ui.errors.forbidden"
handler404 = "jiceng.ui.errors.not_found"
handler500 = "jiceng.ui.errors.server_error"
