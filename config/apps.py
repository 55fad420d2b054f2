from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    default = True
    name = "config"
    verbose_name = "Site"


class PortalStaticFilesConfig(StaticFilesConfig):
    """Static files without the sources they are built from, and without the print stylesheet, which no browser asks for."""

    ignore_patterns = ["CVS", ".*", "*~", "src", "*.scss", "pdf"]


class WorkspaceConfig(admin_apps.AdminConfig):
    """Django's admin, open to officers and closed to everybody else."""

    default = False
    default_site = "commissioning.admin_site.PortalAdminSite"
