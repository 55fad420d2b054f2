"""The home page: three doors, who publishes here, and what is new."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commissioning.models import Organisation
from core import clock
from core.versions import conditional
from strategies.models import Edition, Strategy
from tenders.models import Opportunity

NEWS_COUNT = 5


@dataclass(frozen=True)
class News:
    """Something that has become public."""

    date: datetime
    title: str
    url: str


@login_not_required
@require_safe
@conditional("editions", "opportunities", "organisations", "strategies", minute=True, keep=True)
def home(request):
    at = clock.now()
    return render(request, "config/home.html", {"organisations": publishers(at=at), "news": news(at=at)})


def publishers(*, at):
    """Return the organisations that lead a public strategy or opportunity, with what each has published; samples of
    opportunities do not count."""
    strategies = Strategy.objects.public(at=at)
    counted = (
        Opportunity.objects.public(at=at)
        .filter(organisation=OuterRef("pk"), is_sample=False)
        .order_by()
        .values("organisation")
        .annotate(n=Count("pk"))
    )
    return (
        Organisation.objects.annotate(
            opportunity_count=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
        )
        .filter(Exists(strategies.filter(organisation=OuterRef("pk"))) | Q(opportunity_count__gt=0))
        .prefetch_related(
            Prefetch(
                "strategy_set",
                queryset=strategies.order_by("-starts__earliest", "pk"),
                to_attr="public_strategies",
            )
        )
        .order_by("name", "pk")
    )


def news(*, at):
    """Return what became public last: editions, and opportunities that are not samples."""
    editions = (
        Edition.objects.public(at=at)
        .filter(strategy__in=Strategy.objects.public(at=at))
        .select_related("strategy")
        .defer("content", "changes")
    )
    opportunities = Opportunity.objects.public(at=at).filter(is_sample=False)
    found = [
        News(edition.published_at, f"{edition.strategy.headline}: edition {edition.number}", edition.get_absolute_url())
        for edition in editions.order_by("-published_at", "-pk")[:NEWS_COUNT]
    ] + [
        News(opportunity.published_at, opportunity.title, opportunity.get_absolute_url())
        for opportunity in opportunities.order_by("-published_at", "-pk")[:NEWS_COUNT]
    ]
    return sorted(found, key=lambda item: item.date, reverse=True)[:NEWS_COUNT]
