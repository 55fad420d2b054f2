from django.urls import path

from . import views

app_name = "strategies"

urlpatterns = [
    path("strategies/", views.strategy_list, name="list"),
    path("strategies/<slug:slug>/", views.strategy, name="strategy"),
    path("strategies/<slug:slug>/delivery-plan/", views.delivery_plan, name="delivery_plan"),
    path("strategies/<slug:slug>/editions/", views.edition_list, name="editions"),
    path("strategies/<slug:slug>/editions/latest/", views.latest_edition, name="latest_edition"),
    path("strategies/<slug:slug>/editions/<int:number>/", views.edition, name="edition"),
    path("strategies/<slug:slug>/editions/<int:number>/standard.pdf", views.standard_pdf, name="standard_pdf"),
    path("strategies/<slug:slug>/editions/<int:number>/large-print.pdf", views.large_print_pdf, name="large_print_pdf"),
]
