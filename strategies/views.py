import logging

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from core import clock, files
from core.models import find_by_slug
from core.versions import conditional

from . import blocks
from .forms import MARKET_STATEMENT, StrategyFilterForm
from .models import Edition, EditionFile, Strategy
from .permissions import can_look_at, strategies_to_look_at

logger = logging.getLogger(__name__)

PAGE_SIZE = 20
MESSAGES_IN_SHORT = 6
MARKET_STATEMENTS = "Market statements"


@login_not_required
@require_safe
@conditional("strategies", "organisations", minute=True)
def strategy_list(request):
    at = clock.now()
    form = StrategyFilterForm(request.GET or None)
    rows = Strategy.objects.public(at=at).for_list()
    if form.is_bound:
        rows = form.narrow(rows)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    is_market = request.GET.get("kind") == MARKET_STATEMENT
    context = {
        "page": page,
        "form": form,
        "is_market": is_market,
        "is_narrowed": form.is_bound and any(form.data.values()),
    }
    return render(request, "strategies/list.html", context)


@login_not_required
@require_safe
@conditional("strategies", "editions", "organisations", "opportunities", minute=True)
def strategy(request, slug):
    at = clock.now()
    strategy = _find(request, slug, at)
    priorities = strategy.priority_set.select_related("theme").prefetch_related("intentions").order_by("order", "pk")
    context = {
        **_frame(strategy),
        "priorities": priorities,
        # The others head their priorities.
        "themes": strategy.theme_set.filter(priorities=None).order_by("order", "pk"),
        "principles": strategy.principle_set.order_by("order", "pk"),
        "intentions": strategy.intention_set.filter(priority=None).order_by("order", "pk"),
        "messages_first": _in_short(strategy),
        "related": strategy.relateddocument_set.order_by("order", "pk"),
        "action_count": strategy.action_set.count(),
        "edition": _current(strategy, at),
    }
    return render(request, "strategies/strategy.html", context)


@login_not_required
@require_safe
@conditional("strategies", "editions", "organisations", minute=True)
def delivery_plan(request, slug):
    at = clock.now()
    strategy = _find(request, slug, at)
    context = {**_frame(strategy), "plan": blocks.delivery_plan(strategy, at=at)}
    context["breadcrumbs"] = [*context["breadcrumbs"], (strategy.headline, strategy.get_absolute_url())]
    return render(request, "strategies/delivery_plan.html", context)


@login_not_required
@require_safe
@conditional("strategies", "editions", "organisations", minute=True)
def edition_list(request, slug):
    at = clock.now()
    strategy = _find(request, slug, at)
    rows = strategy.editions.composed().prefetch_related("files").order_by("-number")
    first_public = next((row.number for row in rows if row.is_public(at=at)), None)
    # A number below the newest public one that was never published is told of; what lies ahead is not.
    items = [
        _edition_item(strategy, row, at, is_current=row.number == first_public)
        for row in rows
        if row.is_public(at=at) or (first_public and row.number < first_public)
    ]
    context = {**_frame(strategy), "items": items}
    context["breadcrumbs"] = [*context["breadcrumbs"], (strategy.headline, strategy.get_absolute_url())]
    return render(request, "strategies/editions.html", context)


@login_not_required
@require_safe
@conditional("editions", "strategies", minute=True)
def latest_edition(request, slug):
    at = clock.now()
    edition = _current(_find(request, slug, at), at)
    if edition is None:
        raise Http404("No edition is published yet.")
    return redirect(edition)


@login_not_required
@require_safe
@conditional("editions", "strategies", "organisations", minute=True)
def edition(request, slug, number):
    at = clock.now()
    edition = _find_edition(request, slug, number, at)
    strategy = edition.strategy
    by_kind = {file.kind: file for file in edition.files.all()}
    current = _current(strategy, at)
    context = {
        **_frame(strategy),
        "edition": edition,
        "content": edition.content,
        # Made by our own templates when the edition was composed, with everything in it escaped or cleaned then.
        "body": mark_safe(_stored_page(by_kind[EditionFile.Kind.PAGE])),  # noqa: S308
        "files": [
            _file_item(strategy, edition, file) for file in by_kind.values() if file.kind != EditionFile.Kind.PAGE
        ],
        "current": current if current and current.number > edition.number else None,
        "is_preview": not edition.is_public(at=at),
    }
    context["breadcrumbs"] = [*context["breadcrumbs"], (strategy.headline, strategy.get_absolute_url())]
    return render(request, "strategies/edition.html", context)


@login_not_required
@require_safe
def standard_pdf(request, slug, number):
    return _pdf(request, slug, number, EditionFile.Kind.STANDARD)


@login_not_required
@require_safe
def large_print_pdf(request, slug, number):
    return _pdf(request, slug, number, EditionFile.Kind.LARGE_PRINT)


def _stored_page(file):
    try:
        return files.read(file.checksum).decode()
    except FileNotFoundError:
        logger.error("The store has no file %s", file.checksum)
        raise Http404("This edition is not available at the moment.") from None


def _pdf(request, slug, number, kind):
    at = clock.now()
    edition = _find_edition(request, slug, number, at)
    file = get_object_or_404(edition.files, kind=kind)
    return files.serve(
        request,
        file.checksum,
        content_type="application/pdf",
        filename=f"{slug}-edition-{number}-{kind}.pdf",
        public=edition.is_public(at=at),
        inline=True,
    )


def _find(request, slug, at, *, among=None):
    rows = Strategy.objects.public(at=at) if among is None else among
    rows = rows.select_related("organisation", "source").prefetch_related("partnerships__organisation")
    strategy = find_by_slug(rows, slug)
    if strategy.is_market_statement:
        request.section = MARKET_STATEMENTS
    return strategy


def _find_edition(request, slug, number, at):
    # An officer looks at an edition before it is public, and the strategy may not be public yet either.
    strategy = _find(request, slug, at, among=strategies_to_look_at(request.user, at=at))
    rows = Edition.objects.composed().filter(strategy=strategy).prefetch_related("files")
    # A number longer than the column's is nobody's, and no fault.
    edition = get_object_or_404(rows, number=number) if number < 2**31 else None
    if edition is None or not (edition.is_public(at=at) or can_look_at(request.user, edition)):
        raise Http404("No such edition.")
    edition.strategy = strategy
    return edition


def _frame(strategy):
    """What every page of a strategy shows around its own part."""
    kind = ("Market statements", f"{reverse('strategies:list')}?kind={MARKET_STATEMENT}")
    first = kind if strategy.is_market_statement else ("Strategies", reverse("strategies:list"))
    return {
        "strategy": strategy,
        "organisation": strategy.organisation,
        "partners": [row.organisation for row in strategy.partnerships.all()],
        "breadcrumbs": [first],
    }


def _in_short(strategy):
    """The vision, then the first key messages or, where a document has none, its aims: few enough to be read."""
    rows = strategy.message_set.filter(kind__in=["vision", "aim", "key_message"]).order_by("order", "pk")
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in ("vision", "key_message", "aim")}
    return [*by_kind["vision"][:2], *(by_kind["key_message"] or by_kind["aim"])[:MESSAGES_IN_SHORT]]


def _current(strategy, at):
    return strategy.editions.public(at=at).prefetch_related("files").order_by("-number").first()


def _edition_item(strategy, edition, at, *, is_current):
    is_public = edition.is_public(at=at)
    return {
        "number": edition.number,
        "url": edition_url(strategy, edition) if is_public else "",
        "published_at": edition.published_at if is_public else None,
        "summary": f"{len(edition.changes)} sections changed" if edition.changes else "",
        "is_current": is_current,
        "files": [
            _file_item(strategy, edition, file)
            for file in edition.files.all()
            if is_public and file.kind != EditionFile.Kind.PAGE
        ],
    }


def _file_item(strategy, edition, file):
    name = "standard_pdf" if file.kind == EditionFile.Kind.STANDARD else "large_print_pdf"
    return {
        "kind": file.kind,
        "label": f"{file.get_kind_display()}, {file.pages} pages",
        "url": reverse(f"strategies:{name}", args=[strategy.slug, edition.number]),
        "size": file.size,
        "checksum": file.checksum,
    }


def edition_url(strategy, edition):
    return reverse("strategies:edition", args=[strategy.slug, edition.number])
