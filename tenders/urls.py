from django.urls import path

from . import views

app_name = "tenders"

urlpatterns = [
    path("opportunities/", views.opportunity_list, name="opportunities"),
    path("opportunities/<slug:reference>/", views.opportunity, name="opportunity"),
    path("opportunities/<slug:reference>/ask/", views.question_ask, name="question_ask"),
    path("opportunities/<slug:reference>/ask/sent/", views.question_sent, name="question_sent"),
    path("opportunities/questions/<str:token>/", views.question_confirm, name="question_confirm"),
    path("frameworks/", views.framework_list, name="frameworks"),
    path("frameworks/<slug:slug>/", views.framework, name="framework"),
    path("frameworks/<slug:slug>/check/", views.framework_check, name="framework_check"),
    path("contracts/", views.contract_list, name="contracts"),
    path("contracts/<slug:reference>/", views.contract, name="contract"),
]
