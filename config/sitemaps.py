"""The addresses a search engine may visit. Each app's register adds its own class to `SITEMAPS`."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse


class PortalSitemap(Sitemap):
    """A part of the sitemap, under the public address of the installation."""

    def get_protocol(self, protocol=None):
        return urlsplit(settings.PUBLIC_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.PUBLIC_URL).netloc


class PageSitemap(PortalSitemap):
    """The pages of the site as a whole."""

    def items(self):
        return ["home", "accessibility", "privacy", "cookies", "about_data"]

    def location(self, item):
        return reverse(item)


SITEMAPS = {"pages": PageSitemap}
