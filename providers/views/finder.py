from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.models import ClientGroup, ServiceType
from core.versions import conditional

from .. import near
from ..finder import BY_KEY, SUMMARY, WHERE, Answers

REGISTERS = ("taxonomy", "places")
FUNDING = {
    "self": "people who pay themselves",
    "council": "people the council pays for",
    "nhs": "people the NHS pays for",
}
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
    place = near.place_of(request)
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
    types = _names(ServiceType, (slug for reason in reasons for slug in reason.types))
    groups = _names(ClientGroup, (slug for reason in reasons for slug in reason.groups))
    place = near.place_of(request)
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


def explained(reasons, types, groups):
    """Say for each answer what was chosen because of it, in the taxonomy's names."""
    found = []
    for reason in reasons:
        chosen = [types[slug].lower_name for slug in reason.types if slug in types]
        chosen += [f"what is for {groups[slug].lower_name}" for slug in reason.groups if slug in groups]
        chosen += [f"what takes {FUNDING[reason.funding]}"] if reason.funding else []
        if chosen:
            found.append({"chosen": chosen, "said": reason.said})
    return found


def _names(model, slugs):
    """Return the rows of these slugs by slug, in one query, with the name as it stands inside a sentence."""
    rows = {row.slug: row for row in model.objects.filter(slug__in=list(slugs))}
    for row in rows.values():
        is_abbreviation = row.name[:2].isupper()
        row.lower_name = row.name if is_abbreviation else f"{row.name[:1].lower()}{row.name[1:]}"
    return rows


def _carried(request, answers, *, without="", returning=True):
    """What the next page must know: the answers, a public place, and where to go on to."""
    pairs = list(answers.pairs(without=without))
    key = near.clean(request.GET.get("near", ""))
    if key and without != WHERE.key:
        pairs.append(("near", near.without_postcodes(key)))
    if returning and request.GET.get(RETURN) == SUMMARY:
        pairs.append((RETURN, SUMMARY))
    return pairs


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
