"""Alerts without an account: ask by address, confirm, manage and stop by links. Each is one person's, and never stored."""

import datetime as dt
from dataclasses import replace

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from commissioning.models import Organisation
from core import clock
from core.models import find_by_slug

from ..alerts.links import Purpose, token
from ..alerts.schedule import next_mail_at
from ..forms import EmailForm, FollowForm, FrequencyForm, SaveSearchForm
from ..models import Framework, Frequency, Opportunity, Subscriber
from ..search import OpportunityQuery, search
from ..services import subscriptions

NOT_KNOWN, REFUSED = 404, 429
# Says which subscriber a browser belongs to, so that who follows ten tenders confirms once. Only these pages get it.
COOKIE, COOKIE_PATH, COOKIE_SALT = "alerts", "/alerts/", "tenders.alerts.browser"
COOKIE_SECONDS = 8 * 3600
# Of so many searches the page says what they hold now: each costs a question to the register.
MOST_COUNTED = 10
LATELY = dt.timedelta(days=7)
UNITS = {"opportunity": "tender", "framework": "framework", "organisation": "organisation"}


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request):
    """What alerts are; and the way in for somebody who has lost it."""
    form = EmailForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            if not form.is_from_a_program:
                subscriptions.ask_for_link(
                    email=form.cleaned_data["email"], sender=get_client_ip_address(request), at=clock.now()
                )
        except subscriptions.TooManyRequests as error:
            refusal = error
        else:
            return redirect("tenders:alerts_asked")
    context = {"form": form, "refusal": refusal, "manage_url": _manage_url(request)}
    return render(request, "tenders/alerts/alerts.html", context, status=REFUSED if refusal else 200)


@login_not_required
@cache_control(private=True, no_store=True)
@require_safe
def asked(request):
    return render(request, "tenders/alerts/asked.html", {"breadcrumbs": _crumbs()})


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def save_search(request):
    # In which order somebody read the list says nothing of what they look for.
    query = replace(OpportunityQuery.from_querydict(request.GET), order="")
    words = query.as_query_string()
    url = reverse("tenders:opportunities") + (f"?{words}" if words else "")
    context = {
        "what": query.describe(),
        "url": url,
        "title": "Save this search",
        "is_search": True,
        "breadcrumbs": [("Opportunities", url)],
    }
    return _ask(request, _search_form, lambda form: {"query": words, "name": form.cleaned_data["name"]}, context)


def _search_form(data, *, is_known):
    return SaveSearchForm(data, is_known=is_known, initial={"frequency": Frequency.DAILY})


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request, kind, slug):
    at = clock.now()
    if kind == "opportunity":
        target = get_object_or_404(Opportunity.objects.public(at=at), reference=slug)
    elif kind == "framework":
        target = find_by_slug(Framework.objects.public(at=at), slug)
    elif kind == "organisation":
        target = find_by_slug(Organisation.objects.all(), slug)
    else:
        raise Http404("Only tenders, frameworks and organisations can be followed.")
    context = {
        "what": str(target),
        "unit": UNITS[kind],
        "url": target.get_absolute_url(),
        "title": f"Follow this {UNITS[kind]}",
        "breadcrumbs": [(str(target), target.get_absolute_url())],
    }
    return _ask(request, _follow_form, lambda form: {"target": target}, context)


def _follow_form(data, *, is_known):
    return FollowForm(data, is_known=is_known, initial={"frequency": Frequency.DAILY})


def _ask(request, make_form, wanted, context):
    """Ask how often, and for an address where we do not know whose browser this is."""
    at = clock.now()
    known = _known(request)
    is_known = known is not None or request.user.is_authenticated
    form = make_form(request.POST or None, is_known=is_known)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _taken(request, form, known, wanted(form), at=at)
        except (subscriptions.TooManyRequests, subscriptions.TooMuchWanted, subscriptions.SearchTooLong) as error:
            refusal = error
    context = {**context, "form": form, "refusal": refusal, "is_known": is_known}
    return render(request, "tenders/alerts/ask.html", context, status=REFUSED if refusal else 200)


def _taken(request, form, known, wanted, *, at):
    want = subscriptions.Want(frequency=form.cleaned_data["frequency"], **wanted)
    if request.user.is_authenticated:
        known = subscriptions.subscriber_of(request.user, at=at)
    if known is not None:
        subscriptions.want(subscriber=known, want=want, at=at)
        messages.success(request, "Saved. We will write to you when there is news.")
        return redirect(_manage_url(request))
    if not form.is_from_a_program:
        email, sender = form.cleaned_data["email"], get_client_ip_address(request)
        subscriptions.ask(email=email, want=want, sender=sender, at=at)
    return redirect("tenders:alerts_asked")


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    try:
        at = clock.now()
        _, pending = subscriptions.waiting(token=token, at=at)
        if request.method == "POST":
            person = subscriptions.confirm(token=token, at=at)
            messages.success(request, "Thank you. We will write to you when there is news.")
            return _remembered(redirect(_address_of(person)), person)
    except subscriptions.LinkGone as gone:
        return _gone(request, gone)
    return render(request, "tenders/alerts/confirm.html", {"pending": pending, "breadcrumbs": _crumbs()})


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request, token):
    try:
        person = subscriptions.by_link(purpose=Purpose.MANAGE, words=token)
    except subscriptions.LinkGone as gone:
        return _gone(request, gone)
    return _remembered(_manage(request, person), person)


@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request):
    """The same for somebody who is signed in."""
    return _manage(request, _of_account(request.user))


def _manage(request, person):
    at = clock.now()
    if request.method == "POST" and person is not None:
        return _changed(request, person, at=at)
    searches, follows, stopped = subscriptions.wanted_by(person) if person else ([], [], [])
    context = {
        "person": person,
        "rows": _rows(person, [*searches, *follows], request, at=at),
        "stopped": [{"one": one, "item": _name_of(one)} for one in stopped],
        "frequencies": Frequency.choices,
        "days": Subscriber.keep_for.days,
        "breadcrumbs": _crumbs(),
        "alerts_url": reverse("tenders:alerts"),
        "stop_url": reverse("tenders:alerts_stop", args=[token(Purpose.STOP_ALL, person.key)]) if person else "",
    }
    return render(request, "tenders/alerts/manage.html", context)


def _rows(person, asked, request, *, at):
    """What somebody hears of, each with how much is new, when the next mail comes and what its list holds now."""
    counts = subscriptions.news_counts(person, since=at - LATELY) if asked else {}
    rows = [_row(one, counts, request, at=at) for one in asked]
    for row in [row for row in rows if row["is_search"]][:MOST_COUNTED]:
        found = search(row["query"], at=at, with_facets=False)
        row |= {"holds": found.total, "what": found.query.describe(found.labels)}
    return rows


def _row(one, counts, request, *, at):
    is_search = hasattr(one, "query")
    kind = "search" if is_search else "follow"
    row = {
        "one": one,
        "item": _name_of(one),
        "is_search": is_search,
        "new": counts.get((kind, one.pk), 0),
        "next_at": next_mail_at(one.frequency, at=at),
    }
    if is_search:
        words = token(Purpose.FEED, one.key)
        query = OpportunityQuery.from_query_string(one.query)
        row |= {
            "title": one.name,
            "query": query,
            "what": query.describe(),
            "url": reverse("tenders:opportunities") + (f"?{one.query}" if one.query else ""),
            "atom": request.build_absolute_uri(reverse("tenders:alerts_atom", args=[words])),
            "ics": request.build_absolute_uri(reverse("tenders:alerts_ics", args=[words])),
        }
    else:
        row |= {"title": str(one.target), "url": one.target.get_absolute_url()}
    return row


def _name_of(one):
    return f"{'search' if hasattr(one, 'query') else 'follow'}-{one.pk}"


def _changed(request, person, *, at):
    """Do what a button of the page says, with something of this person's and nobody else's."""
    do = request.POST.get("do", "")
    if do == "take_up_all":
        subscriptions.take_up_all(subscriber=person, at=at)
        messages.success(request, "We write to you again.")
        return redirect(request.path)
    kind, _, number = request.POST.get("item", "").partition("-")
    rows = {"search": person.searches, "follow": person.follows}.get(kind)
    found = rows.filter(pk=number).first() if rows is not None and number.isdecimal() and len(number) < 18 else None
    if found is None:
        raise Http404("There is nothing of yours by this name.")
    if do == "stop":
        subscriptions.stop(asked=found, at=at)
        messages.success(request, "Stopped. You can take it up again below.")
    elif do == "take_up":
        subscriptions.take_up(asked=found, at=at)
        messages.success(request, "Taken up again.")
    else:
        form = FrequencyForm(request.POST)
        if form.is_valid():
            frequency = form.cleaned_data["frequency"]
            subscriptions.change(asked=found, frequency=frequency, name=request.POST.get("name", ""))
            messages.success(request, "Saved.")
        else:
            messages.error(request, "Choose how often we should write.")
    return redirect(request.path)


# A mail program presses this without a page, a cookie or a token (RFC 8058); who has the link may.
@csrf_exempt
@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_all(request, token):
    try:
        person = subscriptions.by_link(purpose=Purpose.STOP_ALL, words=token)
    except subscriptions.LinkGone as gone:
        return _gone(request, gone)
    at = clock.now()
    if request.method == "POST" and request.POST.get("do") == "take_up_all":
        subscriptions.take_up_all(subscriber=person, at=at)
        return redirect(_address_of(person))
    if request.method == "POST":
        person = subscriptions.stop_all(subscriber=person, at=at)
    context = {"is_stopped": person.stopped_at is not None, "days": person.days_kept, "breadcrumbs": _crumbs()}
    return render(request, "tenders/alerts/stop_all.html", context)


@csrf_exempt
@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_one(request, token, purpose):
    try:
        one = subscriptions.by_link(purpose=purpose, words=token)
    except subscriptions.LinkGone as gone:
        return _gone(request, gone)
    at = clock.now()
    if request.method == "POST" and request.POST.get("do") == "take_up":
        one = subscriptions.take_up(asked=one, at=at)
        return redirect(_address_of(one.subscriber))
    if request.method == "POST":
        one = subscriptions.stop(asked=one, at=at)
    context = {
        "one": one,
        "is_stopped": one.stopped_at is not None,
        "days": Subscriber.keep_for.days,
        "breadcrumbs": _crumbs(),
    }
    return render(request, "tenders/alerts/stop_one.html", context)


def _known(request):
    """Whose browser this is: somebody's who signed in, or who came by their own link before."""
    if request.user.is_authenticated:
        return _of_account(request.user)
    key = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_SECONDS)
    return Subscriber.objects.told().filter(key=key).first() if key else None


def _of_account(user):
    return subscriptions.find_subscriber_of(user)


def _manage_url(request):
    """Where somebody we know manages what they get; nothing for everybody else."""
    if request.user.is_authenticated:
        return reverse("tenders:alerts_mine")
    known = _known(request)
    return _address_of(known) if known else ""


def _address_of(person):
    return reverse("tenders:alerts_manage", args=[token(Purpose.MANAGE, person.key)])


def _remembered(response, person):
    response.set_signed_cookie(
        COOKIE,
        person.key.hex,
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _gone(request, refusal):
    return render(
        request, "tenders/alerts/link_gone.html", {"refusal": refusal, "breadcrumbs": _crumbs()}, status=NOT_KNOWN
    )


def _crumbs():
    return [("Opportunities", reverse("tenders:opportunities")), ("Alerts", reverse("tenders:alerts"))]
