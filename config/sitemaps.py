"""The addresses a search engine may visit: only what is public at the moment of asking."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef
from django.urls import reverse

from commissioning.models import Organisation
from core import clock
from providers.models import Provider, Service
from strategies.models import Action, Edition, Strategy
from tenders.models import Contract, Event, Framework, Opportunity


class PortalSitemap(Sitemap):
    """A part of the sitemap, under the public address of the installation."""

    def get_protocol(self, protocol=None):
        return urlsplit(settings.PUBLIC_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.PUBLIC_URL).netloc


class PageSitemap(PortalSitemap):
    """The pages of the site as a whole."""

    def items(self):
        return [
            "home",
            "strategies:list",
            "tenders:opportunities",
            "tenders:opportunity_calendar",
            "tenders:frameworks",
            "tenders:contracts",
            "tenders:events",
            "tenders:alerts",
            "providers:services",
            "providers:providers",
            "commissioning:organisations",
            "accessibility",
            "privacy",
            "cookies",
            "about_data",
        ]

    def location(self, item):
        return reverse(item)


class RowSitemap(PortalSitemap):
    """The public rows of one register. Each costs a fixed number of queries, whatever the number of rows."""

    def lastmod(self, item):
        return item.published_at


class StrategySitemap(RowSitemap):
    def items(self):
        return Strategy.objects.public(at=clock.now()).only("slug", "published_at").order_by("slug")


class DeliveryPlanSitemap(StrategySitemap):
    """The plans of strategies that have one."""

    def items(self):
        return super().items().filter(Exists(Action.objects.filter(strategy=OuterRef("pk"))))

    def location(self, item):
        return reverse("strategies:delivery_plan", args=[item.slug])


class EditionListSitemap(StrategySitemap):
    def lastmod(self, item):
        return None

    def location(self, item):
        return reverse("strategies:editions", args=[item.slug])


class EditionSitemap(RowSitemap):
    """The newest public edition of each public strategy; earlier ones are found from its page."""

    def items(self):
        at = clock.now()
        public = Strategy.objects.public(at=at)
        rows = Edition.objects.public(at=at).filter(strategy__in=public)
        return (
            rows.select_related("strategy")
            .only("number", "published_at", "strategy__slug")
            .order_by("strategy_id", "-number")
            .distinct("strategy_id")
        )


class OpportunitySitemap(RowSitemap):
    """Listed opportunities; one that was withdrawn keeps its page, but nobody need be led there."""

    def items(self):
        return Opportunity.objects.listed(at=clock.now()).only("reference", "published_at").order_by("reference")


class FrameworkSitemap(RowSitemap):
    def items(self):
        return Framework.objects.public(at=clock.now()).only("slug", "published_at").order_by("slug")


class ContractSitemap(RowSitemap):
    def items(self):
        return Contract.objects.public(at=clock.now()).only("reference", "published_at").order_by("reference")


class EventSitemap(RowSitemap):
    def items(self):
        return Event.objects.listed(at=clock.now()).only("slug", "published_at").order_by("slug")


class OrganisationSitemap(RowSitemap):
    def items(self):
        return Organisation.objects.only("slug").order_by("slug")

    def lastmod(self, item):
        return None


class ServiceSitemap(RowSitemap):
    def items(self):
        return Service.objects.public(at=clock.now()).only("slug", "changed_at").order_by("slug")

    def lastmod(self, item):
        return item.changed_at


class ProviderSitemap(RowSitemap):
    def items(self):
        return Provider.objects.public(at=clock.now()).only("slug", "published_at").order_by("slug")


SITEMAPS = {
    "pages": PageSitemap,
    "strategies": StrategySitemap,
    "delivery-plans": DeliveryPlanSitemap,
    "edition-lists": EditionListSitemap,
    "editions": EditionSitemap,
    "opportunities": OpportunitySitemap,
    "frameworks": FrameworkSitemap,
    "contracts": ContractSitemap,
    "events": EventSitemap,
    "organisations": OrganisationSitemap,
    "services": ServiceSitemap,
    "providers": ProviderSitemap,
}
