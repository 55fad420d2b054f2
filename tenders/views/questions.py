"""Asking about a tender: with an account, or by confirming an address. No page of these tells who else asked."""

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from commissioning.acting import acting_organisation
from core import clock
from core.errors import DomainError
from providers.acting import acting_provider

from .. import services
from ..forms import QuestionForm, StrangersQuestionForm
from ..models import Opportunity
from ..services import questions

GONE, REFUSED, TOO_MANY = 410, 409, 429


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def question_ask(request, reference):
    at = clock.now()
    opportunity = _find(request, reference, at)
    provider = acting_provider(request)
    kind = StrangersQuestionForm if provider is None else QuestionForm
    form = kind(request.POST or None, lots=opportunity.lots.all())
    refusal, status = None, 200
    if request.method == "POST" and form.is_valid():
        try:
            if not form.is_from_a_program:
                services.ask_question(
                    opportunity=opportunity,
                    lot=form.cleaned_data.get("lot"),
                    question=form.cleaned_data["question"],
                    name=request.user.name if provider else form.cleaned_data["name"],
                    email=request.user.email if provider else form.cleaned_data["email"],
                    organisation_name=str(provider) if provider else form.cleaned_data["organisation_name"],
                    provider=provider,
                    sender=get_client_ip_address(request),
                    at=at,
                )
        except DomainError as error:
            refusal = error
            status = TOO_MANY if isinstance(error, services.TooManyQuestions) else REFUSED
        else:
            return redirect("tenders:question_sent", reference=opportunity.reference)
    context = {
        **_context(opportunity),
        "provider": provider,
        "form": form,
        "refusal": refusal,
        "takes_questions": services.takes_questions(opportunity, at=at),
    }
    return render(request, "tenders/question_ask.html", context, status=status)


@login_not_required
@cache_control(private=True, no_store=True)
@require_safe
def question_sent(request, reference):
    opportunity = _find(request, reference, clock.now())
    context = {**_context(opportunity), "provider": acting_provider(request)}
    return render(request, "tenders/question_sent.html", context)


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def question_confirm(request, token):
    """What the link in a mail opens: what was asked, and one button."""
    at = clock.now()
    try:
        if request.method == "POST":
            passed_on = services.confirm_questions(token=token, at=at)
            return render(request, "tenders/question_confirmed.html", {"questions": passed_on})
        waiting = questions.find_unconfirmed(token=token, at=at)
    except services.QuestionLinkGone as gone:
        return render(request, "tenders/question_gone.html", {"refusal": gone}, status=GONE)
    return render(request, "tenders/question_confirm.html", {"waiting": waiting})


def _find(request, reference, at):
    rows = Opportunity.objects.visible_to(
        provider=acting_provider(request), organisation=acting_organisation(request), at=at
    )
    return get_object_or_404(rows.select_related("organisation").prefetch_related("lots"), reference=reference)


def _context(opportunity):
    return {
        "opportunity": opportunity,
        "organisation": opportunity.organisation,
        "breadcrumbs": [
            ("Opportunities", reverse("tenders:opportunities")),
            (opportunity.title, opportunity.get_absolute_url()),
        ],
    }
