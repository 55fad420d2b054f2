"""The private news feed and calendar of a saved search: the list of its page, under an address that only its person has.

Each answer is as short as a reader takes at once, so that it is made whole, and known by what it says: who asks again
gets it only when it says something else.
"""

import functools
import hashlib

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseGone
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core import clock

from ..alerts.links import Purpose, key_of
from ..browse import files, parts
from ..browse.happenings import calendar_entries
from ..calendars import CONTENT_TYPE, calendar
from ..models import SavedSearch
from ..search import OpportunityQuery, find_all, read_entries

SECONDS = 300
# How many opportunities one page of the news feed has, and the calendar.
PAGE, MOST_IN_CALENDAR = 100, 1000
ENDED = "This search was stopped, and its feeds with it. Save it again at {address}.\n"


def _behind_its_address(view):
    """Give the view the search that an address was made for, under the one address that only its person has."""

    @login_not_required
    @cache_control(private=True, max_age=SECONDS)
    @require_safe
    @functools.wraps(view)
    def answer(request, token):
        search = _search_of(token)
        return _ended() if search is None else view(request, search, at=clock.now())

    return answer


@_behind_its_address
def feed_atom(request, search, *, at):
    """The list in pages of a paged feed (RFC 5005, section 3)."""
    query = OpportunityQuery.from_query_string(search.query)
    page = Paginator(find_all(query, at=at).ids, PAGE).get_page(request.GET.get("page"))
    content = files.atom(
        read_entries(page.object_list, at=at),
        title=search.name,
        page=parts.address(query),
        feed=_address(request, page.number),
        begun_at=at.replace(hour=0, minute=0, second=0, microsecond=0),
        more=_around(request, page),
    )
    return _answer(request, content, "application/atom+xml; charset=utf-8")


def _around(request, page):
    """The pages beside this one, by what RFC 5005 calls them; of a feed of one page none."""
    last = page.paginator.num_pages
    if last == 1:
        return {}
    found = {"first": 1, "previous": page.number - 1, "next": page.number + 1, "last": last}
    return {name: _address(request, number) for name, number in found.items() if 1 <= number <= last}


def _address(request, number):
    return request.path if number == 1 else f"{request.path}?page={number}"


@_behind_its_address
def feed_ics(request, search, *, at):
    ids = find_all(OpportunityQuery.from_query_string(search.query), at=at).ids
    note = ""
    if len(ids) > MOST_IN_CALENDAR:
        note = f"The first {MOST_IN_CALENDAR:,} of {len(ids):,} opportunities. Narrow the search to see all its dates."
    entries = calendar_entries(read_entries(ids[:MOST_IN_CALENDAR], at=at), at=at)
    return _answer(request, calendar(entries, name=search.name, note=note), CONTENT_TYPE)


def _search_of(words):
    """Return the search an address was made for; None where it was stopped or is deleted since.

    :raises Http404: if the address is none of ours.
    """
    key = key_of(Purpose.FEED, words)
    if key is None:
        raise Http404("No search of ours has this address.")
    return SavedSearch.objects.active().filter(key=key).first()


def _ended():
    """Tell feed readers not to ask again."""
    address = files.absolute(reverse("tenders:opportunities"))
    return HttpResponseGone(ENDED.format(address=address), content_type="text/plain; charset=utf-8")


def _answer(request, content, content_type):
    response = HttpResponse(content, content_type=content_type)
    response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response)
