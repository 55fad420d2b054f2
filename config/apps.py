from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Site"


class PortalStaticFilesConfig(StaticFilesConfig):
    """Static files without the sources they are built from."""

    ignore_patterns = ["CVS", ".*", "*~", "src", "*.scss"]
