from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.models import ClientGroup, ServiceType
from core.versions import conditional

from .. import near
from ..finder import BY_KEY, SUMMARY, WHERE, Answers
from ..search import FUNDING

REGISTERS = ("taxonomy", "places")
# Where an answer is changed from the summary, the next page is the summary again.
RETURN = "then"


@login_not_required
@require_safe
@conditional()
def finder(request):
    return render(request, "providers/finder/start.html", {"first": _address("who", [])})


@login_not_required
@csrf_exempt  # Nothing on the server changes, and the form stands on cached pages.
@require_http_methods(["GET", "HEAD", "POST"])
@conditional(*REGISTERS)
def finder_step(request, step):
    answers = Answers.read(request.GET)
    if step == SUMMARY:
        return _summary(request, answers)
    question = BY_KEY.get(step)
    if question is None or (request.method == "POST" and question is not WHERE):
        raise Http404(f"The finder asks nothing called {step}.")
    ahead = _next(question, answers, request)
    if not question.is_asked(answers.who):
        return redirect(_address(ahead, _carried(request, answers)))
    context = {
        "question": question,
        "options": [
            {"row": option, "checked": option.value in answers.chosen.get(question.key, ())}
            for option in question.options_for(answers.who)
        ],
        "keep": _carried(request, answers, without=question.key),
        "action": reverse("providers:finder_step", args=[ahead]),
        "back": _back(question, answers, request),
        "skip": _address(ahead, _carried(request, answers, without=question.key)),
        "number": answers.questions().index(question) + 1,
        "count": len(answers.questions()),
    }
    if question is WHERE:
        return _where(request, answers, ahead, context)
    return render(request, "providers/finder/question.html", context)


def _where(request, answers, ahead, context):
    """Ask for the place: posted like the search's box, so that a postcode stays in the cookie."""
    asked = None
    if request.method == "POST":
        asked = near.read_box(request.POST.get("near", ""))
        if asked.place is not None:
            pairs = _carried(request, answers, without=WHERE.key)
            if asked.place.key:
                pairs.append(("near", asked.place.key))
            response = redirect(_address(ahead, pairs))
            near.remember(response, asked.place)
            return response
    place = near.place_of(request, _near(request))
    context |= {
        "asked": asked,
        "place": place,
        "typed": asked.typed if asked else place.label if place else "",
        "message": _problem(asked),
        "here": f"?{urlencode(_carried(request, answers, without=WHERE.key))}",
        "options": [
            (option.label, _address(ahead, [*context["keep"], ("near", option.key)])) for option in _offered(asked)
        ],
    }
    return render(request, "providers/finder/where.html", context)


def _problem(asked):
    """What is wrong with what was typed, and what to do."""
    if asked is None or asked.choice:
        return ""
    return asked.error.message if asked.error else "Enter a postcode or a town, or skip this question."


def _offered(asked):
    """The places somebody may have meant."""
    if asked is None:
        return ()
    if asked.choice:
        return asked.choice.options
    return asked.error.suggestions if asked.error else ()


def _summary(request, answers):
    """Every answer, to be changed or searched with, and what it leads to."""
    reasons = answers.reasons()
    types, groups = _names_of(reasons)
    place = near.place_of(request, _near(request))
    carried = _carried(request, answers, returning=False)
    rows = []
    for question in answers.questions():
        said = [option.label for option in answers.options(question)]
        if question is WHERE and place is not None:
            said = [place.label]
        change = _address(question.key, [*carried, (RETURN, SUMMARY)])
        rows.append({"question": question, "said": said, "change": change})
    filters = [(name, slug) for name, slug in answers.filters() if name == "funding" or slug in {**types, **groups}]
    context = {
        "rows": rows,
        "reasons": explained(reasons, types, groups),
        "place": place,
        "back": _address(answers.questions()[-1].key, carried),
        "search": f"{reverse('providers:services')}?{urlencode([*carried, *filters, ('untold', '1')])}",
        "start": reverse("providers:finder"),
    }
    return render(request, "providers/finder/summary.html", context)


def why(address):
    """Say why a search has its filters, where they came from the finder: of those still in use only."""
    reasons = Answers.read(QueryDict(urlencode(address.kept))).reasons()
    types, groups = _names_of(reasons)
    in_use = {name: set(address.values(name)) for name in ("type", "group", "funding")}
    return explained(
        [replace(reason, funding=reason.funding if reason.funding in in_use["funding"] else "") for reason in reasons],
        {slug: name for slug, name in types.items() if slug in in_use["type"]},
        {slug: name for slug, name in groups.items() if slug in in_use["group"]},
    )


def summary_address(answers, key):
    """The address of the finder's summary with these answers, to change them."""
    return _address(SUMMARY, [*answers, *([("near", key)] if key else [])])


def _names_of(reasons):
    return (
        _names(ServiceType, (slug for reason in reasons for slug in reason.types)),
        _names(ClientGroup, (slug for reason in reasons for slug in reason.groups)),
    )


def explained(reasons, types, groups):
    """Say for each answer what was chosen because of it, in the words of the filters."""
    found = []
    for reason in reasons:
        chosen = [types[slug] for slug in reason.types if slug in types]
        chosen += [groups[slug] for slug in reason.groups if slug in groups]
        chosen += [FUNDING[reason.funding]] if reason.funding else []
        if chosen:
            found.append({"chosen": chosen, "said": reason.said})
    return found


def _names(model, slugs):
    """Return the names of these slugs, in one query; what this installation does not have is left out."""
    return dict(model.objects.filter(slug__in=list(slugs)).values_list("slug", "name"))


def _carried(request, answers, *, without="", returning=True):
    """What the next page must know: the answers, a public place, and where to go on to."""
    pairs = list(answers.pairs(without=without))
    if (key := _near(request)) and without != WHERE.key:
        pairs.append(("near", key))
    if returning and request.GET.get(RETURN) == SUMMARY:
        pairs.append((RETURN, SUMMARY))
    return pairs


def _near(request):
    """The public place in the address; of a full postcode its first half only."""
    return near.without_postcodes(near.clean(request.GET.get("near", "")))


def _next(question, answers, request):
    if request.GET.get(RETURN) == SUMMARY:
        return SUMMARY
    asked = [one for one in BY_KEY.values() if one.is_asked(answers.who) or one is question]
    after = asked[asked.index(question) + 1 :]
    return after[0].key if after else SUMMARY


def _back(question, answers, request):
    pairs = _carried(request, answers, returning=False)
    if request.GET.get(RETURN) == SUMMARY:
        return _address(SUMMARY, pairs)
    asked = answers.questions()
    position = asked.index(question)
    return _address(asked[position - 1].key, pairs) if position else reverse("providers:finder")


def _address(step, pairs):
    query = urlencode(pairs)
    return reverse("providers:finder_step", args=[step]) + (f"?{query}" if query else "")
