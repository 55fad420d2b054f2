"""Addresses of the providers' workspace, part of the namespace ``providers``."""

from django.urls import path

from . import colleagues, photos, views

urlpatterns = [
    path("", views.home, name="workspace"),
    path("act-for/", views.act_for, name="workspace_act_for"),
    path("colleagues/", colleagues.colleagues, name="workspace_colleagues"),
    path("colleagues/invited/", colleagues.invited, name="workspace_invited"),
    path("colleagues/leave/", colleagues.leave, name="workspace_leave"),
    path("provider/", views.entry, name="workspace_provider"),
    path("provider/edit/<slug:key>/", views.section, name="workspace_provider_section"),
    path("provider/preview/", views.preview, name="workspace_provider_preview"),
    path("provider/submit/", views.submit, name="workspace_provider_submit"),
    path("provider/withdraw/", views.withdraw, name="workspace_provider_withdraw"),
    path("provider/discard/", views.discard, name="workspace_provider_discard"),
    path("services/new/", views.new_service, name="workspace_new_service"),
    path("services/<slug:slug>/", views.entry, name="workspace_service"),
    path("services/<slug:slug>/edit/<slug:key>/", views.section, name="workspace_section"),
    path("services/<slug:slug>/photos/", photos.photo_list, name="workspace_photos"),
    path("services/<slug:slug>/photos/<slug:checksum>.jpg", photos.photo, name="workspace_photo"),
    path("services/<slug:slug>/preview/", views.preview, name="workspace_preview"),
    path("services/<slug:slug>/submit/", views.submit, name="workspace_submit"),
    path("services/<slug:slug>/withdraw/", views.withdraw, name="workspace_withdraw"),
    path("services/<slug:slug>/discard/", views.discard, name="workspace_discard"),
    path("services/<slug:slug>/remove/", views.remove, name="workspace_remove"),
    path("services/<slug:slug>/vacancies/", views.vacancy, name="workspace_vacancy"),
    path("services/<slug:slug>/confirm/", views.confirm, name="workspace_confirm"),
]
