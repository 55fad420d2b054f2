"""The shortlist, the table that compares, and the sheet for a visit. All three live of services' public ids alone."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.versions import conditional

from .. import fact_sheet, shortlist, visit_questions
from ..models import Service

REGISTERS = ("services", "providers", "places", "taxonomy")


@login_not_required
@csrf_exempt  # The buttons stand on cached pages; `is_from_elsewhere` keeps other sites' forms out.
@require_http_methods(["GET", "HEAD", "POST"])
@conditional(*REGISTERS, minute=True)
def shortlist_page(request):
    return _change(request) if request.method == "POST" else _show(request)


def _change(request):
    """Change the visitor's own list. It lives in their cookie: nothing on the server changes."""
    if shortlist.is_from_elsewhere(request):
        raise PermissionDenied("This form was sent from another website.")
    own = shortlist.read(request)
    asked = shortlist.read_ids(request.POST.getlist("service"))
    back = shortlist.back_to(request)
    do = request.POST.get("do", "")
    if do == "add" and asked:
        new = [*own, *(one for one in asked if one not in own)]
        if len(new) > shortlist.MOST:
            return redirect(f"{reverse('providers:shortlist')}?full={shortlist.join_ids(asked[:1])}")
    elif do == "remove" and asked:
        new = [one for one in own if one not in asked]
    elif do == "swap" and asked:
        leaving = shortlist.read_id(request.POST.get("instead", ""))
        new = [asked[0] if one == leaving else one for one in own if one not in asked]
    elif do == "replace" and asked:
        new = asked
    elif do == "clear":
        new = []
    else:
        return redirect(back)
    response = redirect(back)
    shortlist.write(response, new)
    return response


def _show(request):
    at = clock.now()
    own = shortlist.read(request)
    given = shortlist.read_ids(request.GET.getlist("s"))
    is_anothers = bool(given) and given != own
    ids = given if is_anothers else own
    wanted = next(iter(shortlist.read_ids([request.GET.get("full", "")])), None)
    if wanted in own or len(own) < shortlist.MOST:
        wanted = None
    rows = _find([*ids, *([wanted] if wanted else [])], at=at)
    found = [rows[one] for one in ids if one in rows]
    joined = shortlist.join_ids(row.uuid for row in found)
    context = {
        "sheets": [fact_sheet.of(row, at=at) for row in found],
        "gone": [shortlist.public_id(one) for one in ids if one not in rows],
        "full": rows.get(wanted),
        "full_id": shortlist.public_id(wanted) if wanted in rows else "",
        "is_anothers": is_anothers,
        "own_count": len(own),
        "can_add": len({*own, *ids}) <= shortlist.MOST,
        "joined": joined,
        "share": request.build_absolute_uri(f"{reverse('providers:shortlist')}?s={joined}"),
        "most": shortlist.MOST,
        "most_compared": shortlist.MOST_COMPARED,
        "here": request.get_full_path(),
        "breadcrumbs": [("Find care", reverse("providers:services"))],
    }
    return render(request, "providers/shortlist.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def compare(request):
    at = clock.now()
    own = shortlist.read(request)
    asked = shortlist.read_ids(request.GET.getlist("s")) or own
    compared = asked[: shortlist.MOST_COMPARED]
    rows = _find([*asked, *(one for one in own if one not in asked)], at=at)
    columns = [_column(rows[one], compared, at) for one in compared if one in rows]
    # The rest of the list can take a place beside them, or somebody's place.
    shown = [one for one in compared if one in rows]
    rest = [one for one in dict.fromkeys([*asked, *own]) if one in rows and one not in shown]
    context = {
        "columns": columns,
        "groups": fact_sheet.side_by_side([column["sheet"] for column in columns]),
        "gone": len([one for one in compared if one not in rows]),
        "left_over": len(asked) - len(compared),
        "rest": [_other(rows[one], shown) for one in rest],
        "joined": shortlist.join_ids(shown),
        "most": shortlist.MOST_COMPARED,
        "breadcrumbs": [
            ("Find care", reverse("providers:services")),
            ("Your shortlist", reverse("providers:shortlist")),
        ],
        "rows_shown": {one: rows[one].name for one in shown},
    }
    return render(request, "providers/compare.html", context)


def _column(row, compared, at):
    others = [one for one in compared if one != row.uuid]
    return {"sheet": fact_sheet.of(row, at=at), "without": f"?s={shortlist.join_ids(others)}" if others else ""}


def _other(row, shown):
    """A service that is not in the table, and the links that put it there."""
    if len(shown) < shortlist.MOST_COMPARED:
        return {"service": row, "beside": f"?s={shortlist.join_ids([*shown, row.uuid])}", "instead": []}
    swaps = [
        (one, f"?s={shortlist.join_ids([row.uuid if other == one else other for other in shown])}") for one in shown
    ]
    return {"service": row, "beside": "", "instead": swaps}


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def visit_sheet(request):
    """The sheet to take along: who to ring, what is known, what to ask, room for notes."""
    at = clock.now()
    ids = shortlist.read_ids(request.GET.getlist("s")) or shortlist.read(request)
    rows = _find(ids, at=at)
    found = [rows[one] for one in ids if one in rows]
    context = {
        "visits": [
            {"sheet": fact_sheet.of(row, at=at), "questions": visit_questions.of(row), "number": number}
            for number, row in enumerate(found, start=1)
        ],
        "gone": len(ids) - len(found),
        "at": at,
        "breadcrumbs": [
            ("Find care", reverse("providers:services")),
            ("Your shortlist", reverse("providers:shortlist")),
        ],
    }
    return render(request, "providers/visit_sheet.html", context)


def _find(ids, *, at):
    """Return the public services of these ids by id, with all that a fact sheet shows, in a fixed number of queries."""
    rows = fact_sheet.with_facts(Service.objects.public(at=at).filter(uuid__in=ids), at=at)
    return {row.uuid: row for row in rows}
