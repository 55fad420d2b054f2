"""Addresses of the site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path

from config import accounts, health
from config.sitemaps import SITEMAPS
from config.views import home, interface, pages

# Before the admin's addresses are made: they keep the views they find.
accounts.guard_workspace(admin.site)

handler400 = "config.views.errors.bad_request"
handler403 = "config.views.errors.permission_denied"
handler404 = "config.views.errors.page_not_found"
handler500 = "config.views.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("cookies/", pages.cookies, name="cookies"),
    path("about/data/", pages.about_data, name="about_data"),
    path("robots.txt", pages.robots_txt, name="robots_txt"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path(".well-known/security.txt", pages.security_txt, name="security_txt"),
    path("sitemap.xml", login_not_required(sitemap_views.sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("", include("strategies.urls")),
    path("", include("tenders.urls")),
    path("", include("providers.urls")),
    path("", include("commissioning.urls")),
    path("api/v1/schema/", interface.schema, name="api_schema"),
    path("api/v1/docs/", interface.documentation, name="api_docs"),
    path("ocds/", include("tenders.ocds.urls")),
    path("openreferral/v3/", include("providers.open_referral.urls")),
    path("account/", include("config.account_urls")),
    path("admin/", admin.site.urls),
]
