from django.urls import path

from . import views

app_name = "providers"

urlpatterns = [
    path("care/", views.service_list, name="services"),
    path("care/finder/", views.finder, name="finder"),
    path("care/finder/<slug:step>/", views.finder_step, name="finder_step"),
    path("care/<slug:slug>/", views.service, name="service"),
    path("providers/", views.provider_list, name="providers"),
    path("providers/<slug:slug>/", views.provider, name="provider"),
]
