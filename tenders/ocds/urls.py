from django.urls import path

from . import views

app_name = "ocds"

urlpatterns = [
    path("releases.json", views.releases, name="releases"),
    path("releases.jsonl", views.bulk, name="bulk"),
    path("releases/<str:ocid>.json", views.releases_of, name="releases_of"),
    path("records.json", views.records, name="records"),
    path("records/<str:ocid>.json", views.record_of, name="record_of"),
]
