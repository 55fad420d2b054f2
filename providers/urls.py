from django.urls import path

from . import views

app_name = "providers"

urlpatterns = [
    path("care/", views.service_list, name="services"),
    path("care/<slug:slug>/", views.service, name="service"),
    path("providers/", views.provider_list, name="providers"),
    path("providers/<slug:slug>/", views.provider, name="provider"),
]
