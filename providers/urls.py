from django.urls import include, path

from . import api, views

app_name = "providers"

urlpatterns = [
    path("care/", views.service_list, name="services"),
    path("care/finder/", views.finder, name="finder"),
    path("care/finder/<slug:step>/", views.finder_step, name="finder_step"),
    path("care/shortlist/", views.shortlist_page, name="shortlist"),
    path("care/shortlist/sheet/", views.visit_sheet, name="visit_sheet"),
    path("care/compare/", views.compare, name="compare"),
    path("care/<slug:slug>/", views.service, name="service"),
    path("care/<slug:slug>/photos/<slug:checksum>.jpg", views.photo, name="photo"),
    path("care/<slug:slug>/correction/", views.correction, name="correction"),
    path("care/<slug:slug>/correction/thanks/", views.correction_sent, name="correction_sent"),
    path("workspace/invitations/<str:token>/", views.invitation, name="invitation"),
    path("workspace/confirm/<str:token>/", views.confirm, name="confirm"),
    path("workspace/welcome/", views.welcome, name="welcome"),
    path("api/v1/services/", api.service_list, name="api_services"),
    path("api/v1/services/<uuid:identifier>/", api.service_detail, name="api_service"),
    path("providers/", views.provider_list, name="providers"),
    path("providers/<slug:slug>/", views.provider, name="provider"),
    path("workspace/", include("providers.workspace.urls")),
]
