from django.urls import path

from . import views
from .alerts.links import Purpose
from .views import alerts

app_name = "tenders"

urlpatterns = [
    path("opportunities/", views.opportunity_list, name="opportunities"),
    path("opportunities.atom", views.opportunity_atom, name="opportunity_atom"),
    path("opportunities.csv", views.opportunity_csv, name="opportunity_csv"),
    path("opportunities.ics", views.opportunity_ics, name="opportunity_ics"),
    path("opportunities.json", views.opportunity_json, name="opportunity_json"),
    path("opportunities.xlsx", views.opportunity_xlsx, name="opportunity_xlsx"),
    path("opportunities/calendar/", views.opportunity_calendar, name="opportunity_calendar"),
    path("opportunities/<slug:reference>.ics", views.opportunity_dates, name="opportunity_dates"),
    path("opportunities/<slug:reference>/", views.opportunity, name="opportunity"),
    path("opportunities/<slug:reference>/ask/", views.question_ask, name="question_ask"),
    path("opportunities/<slug:reference>/ask/sent/", views.question_sent, name="question_sent"),
    path("opportunities/questions/<str:token>/", views.question_confirm, name="question_confirm"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/asked/", alerts.asked, name="alerts_asked"),
    path("alerts/save/", alerts.save_search, name="alerts_save"),
    path("alerts/follow/<slug:kind>/<slug:slug>/", alerts.follow, name="alerts_follow"),
    path("alerts/confirm/<str:token>/", alerts.confirm, name="alerts_confirm"),
    path("alerts/mine/", alerts.mine, name="alerts_mine"),
    path("alerts/manage/<str:token>/", alerts.manage, name="alerts_manage"),
    path("alerts/stop/<str:token>/", alerts.stop_all, name="alerts_stop"),
    path(
        "alerts/stop-search/<str:token>/",
        alerts.stop_one,
        {"purpose": Purpose.STOP_SEARCH},
        name="alerts_stop_search",
    ),
    path(
        "alerts/stop-follow/<str:token>/",
        alerts.stop_one,
        {"purpose": Purpose.STOP_FOLLOW},
        name="alerts_stop_follow",
    ),
    path("alerts/feeds/<str:token>.atom", alerts.feed_atom, name="alerts_atom"),
    path("alerts/feeds/<str:token>.ics", alerts.feed_ics, name="alerts_ics"),
    path("frameworks/", views.framework_list, name="frameworks"),
    path("frameworks/<slug:slug>/", views.framework, name="framework"),
    path("frameworks/<slug:slug>/check/", views.framework_check, name="framework_check"),
    path("contracts/", views.contract_list, name="contracts"),
    path("contracts.csv", views.contract_csv, name="contracts_csv"),
    path("contracts.xlsx", views.contract_xlsx, name="contracts_xlsx"),
    path("contracts-template.csv", views.contract_template, name="contracts_template"),
    path("contracts/<slug:reference>/", views.contract, name="contract"),
    path("opportunities/<slug:reference>/interest/", views.interest_register, name="interest_register"),
    path("opportunities/<slug:reference>/interest/sent/", views.interest_register_sent, name="interest_register_sent"),
    path("interests/<str:token>/", views.interest, name="interest"),
    path("interests/<str:token>/withdraw/", views.interest_withdraw, name="interest_withdraw"),
    path("events/", views.event_list, name="events"),
    path("events.ics", views.event_calendars, name="event_calendars"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("events/<slug:slug>/calendar.ics", views.event_calendar, name="event_calendar"),
    path("events/<slug:slug>/register/", views.event_register, name="event_register"),
    path("events/<slug:slug>/register/sent/", views.event_register_sent, name="event_register_sent"),
    path("registrations/<str:token>/", views.registration, name="registration"),
    path("registrations/<str:token>/withdraw/", views.registration_withdraw, name="registration_withdraw"),
]
