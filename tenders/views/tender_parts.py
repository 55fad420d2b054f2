"""Parts of an opportunity's page: its lots, how bids are judged, questions and addenda."""

from django.db.models import Prefetch

from .. import services
from ..evaluation import panel, parts
from ..models import Addendum, OpportunityLot, PanelSeat, Question


def tender_parts(at):
    """What the page fetches for these parts. A question brings nothing of who asked: it knows nothing of it."""
    lots = OpportunityLot.objects.prefetch_related("types", "client_groups", "places")
    return [
        Prefetch("lots", lots),
        "criteria",
        Prefetch("panel_seats", PanelSeat.objects.select_related("sits_for")),
        Prefetch("questions", Question.objects.answered(at=at).select_related("lot"), to_attr="shown_questions"),
        Prefetch("questions", Question.objects.waiting(), to_attr="waiting_questions"),
        Prefetch("addenda", Addendum.objects.published(at=at), to_attr="shown_addenda"),
    ]


def judging(opportunity):
    """How bids are judged; nothing where none of it is told."""
    found = {"parts": parts(opportunity), "panel": panel(opportunity)}
    told = (*found.values(), opportunity.social_value_weighting is not None, opportunity.conflicts_assessed_date)
    if not any(told):
        return None
    return {**found, "portal_url": opportunity.portal_url or opportunity.organisation.procurement_portal_url}


def clarifications(opportunity, at):
    """Questions with their answers, and whether one may still ask; nothing where there is neither."""
    if not opportunity.shown_questions and opportunity.questions_close_at is None:
        return None
    for one in (*opportunity.shown_questions, *opportunity.waiting_questions):
        one.opportunity = opportunity
    corrections = {
        change["question"]: addendum
        for addendum in reversed(opportunity.shown_addenda)
        for change in addendum.changes
        if "question" in change
    }
    for one in opportunity.shown_questions:
        one.is_shown_late = one.is_late(at=at)
        one.correction = corrections.get(one.number)
    return {
        "answered": opportunity.shown_questions,
        "overdue": sum(one.is_late(at=at) for one in opportunity.waiting_questions),
        "takes_questions": services.takes_questions(opportunity, at=at),
    }
