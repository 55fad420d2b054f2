"""Questions about a tender: in time, confirmed, answered for all; and nobody reads who asked."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from core import clock
from core.models import AuditEvent, OutgoingMail
from core.models.personal import delete_past_keeping
from tenders import services
from tenders.models import Asker, Question
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory
from tests.factories.tenders import (
    AskerFactory,
    OpportunityLotFactory,
    QuestionFactory,
)
from tests.tenders.asking import asked, tender
from tests.tools.views import query_count

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TYPED = {
    "question": "Does the price count travel between visits?",
    "organisation_name": "Larkfield Care Ltd",
    "name": "Mo Larkfield",
    "email": "Mo@Larkfield.example",
}


def link_in(mail):
    return re.search(r"/opportunities/questions/([\w-]+)/", mail.text)[1]


def test_stranger_asks_confirms_and_the_buyer_gets_the_question(client):
    opportunity = tender()
    lot = OpportunityLotFactory(opportunity=opportunity)

    sent = client.post(reverse("tenders:question_ask", args=[opportunity.reference]), {**TYPED, "lot": lot.pk})

    assert sent.status_code == 302
    assert not Question.objects.exists()
    mail = OutgoingMail.objects.get()
    assert mail.to == "mo@larkfield.example"
    assert TYPED["question"] not in mail.text
    page = client.get(reverse("tenders:question_confirm", args=[link_in(mail)]))
    assert TYPED["question"] in page.content.decode()
    assert not Question.objects.exists()

    client.post(reverse("tenders:question_confirm", args=[link_in(mail)]))

    question = Question.objects.get()
    assert (question.opportunity, question.lot, question.number) == (opportunity, lot, 1)
    assert question.asker.question_asked == TYPED["question"]
    assert question.asker.confirmed_at is not None


def test_representative_asks_without_confirming(client):
    opportunity = tender()
    person = RepresentativeFactory()
    client.force_login(person.user)

    client.post(
        reverse("tenders:question_ask", args=[opportunity.reference]), {"question": "Does the price count travel?"}
    )

    asker = Question.objects.get().asker
    assert (asker.provider, asker.email, asker.organisation_name) == (
        person.provider, person.user.email, str(person.provider),
    )  # fmt: skip
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("late_by", "is_taken"), [(-dt.timedelta(microseconds=1), True), (dt.timedelta(0), False), (HOUR, False)]
)
def test_question_is_judged_by_when_it_came_in(late_by, is_taken):
    opportunity = tender(
        opens_at=NOON, closes_at=NOON + 9 * DAY, questions_close_at=NOON + DAY, answers_by_at=None, published_at=NOON
    )

    if is_taken:
        asked(opportunity, at=NOON + DAY + late_by)
    else:
        with pytest.raises(services.QuestionsClosed, match="time for questions is over"):
            asked(opportunity, at=NOON + DAY + late_by)

    assert Asker.objects.count() == is_taken


@pytest.mark.parametrize(
    "fields",
    [
        {"questions_close_at": None, "answers_by_at": None},
        {"awarded_at": NOON},
        {"withdrawn_at": NOON, "ended_reason": "No money."},
        {"cancelled_at": NOON, "ended_reason": "No bids."},
    ],
)
def test_tender_that_takes_no_questions_says_so(client, fields):
    opportunity = tender(**fields)
    url = reverse("tenders:question_ask", args=[opportunity.reference])

    page, refused = client.get(url), client.post(url, TYPED)

    assert "Send the question" not in page.content.decode()
    assert refused.status_code == 409
    assert "was not sent" in refused.content.decode()
    assert not Asker.objects.exists()


def test_question_confirmed_after_the_deadline_counts_from_when_it_was_asked():
    opportunity = tender()
    asker = asked(opportunity)

    [question] = services.confirm_questions(
        token=link_in(OutgoingMail.objects.get()), at=opportunity.questions_close_at + DAY
    )

    assert question.asked_at == asker.received_at


def test_address_gets_one_confirming_mail_a_day_which_holds_all_it_asked():
    opportunity, other = tender(), tender()
    asked(opportunity)
    asked(opportunity, question="And parking?")
    asked(other, question="And uniforms?", email="MO@larkfield.example")

    questions = services.confirm_questions(token=link_in(OutgoingMail.objects.get()), at=clock.now())

    assert [(one.opportunity, one.number) for one in questions] == [(opportunity, 1), (opportunity, 2), (other, 1)]


def test_link_says_when_there_is_nothing_left_to_confirm(client):
    asked(tender())
    token = link_in(OutgoingMail.objects.get())
    services.confirm_questions(token=token, at=clock.now())

    again = client.post(reverse("tenders:question_confirm", args=[token]))
    unknown = client.get(reverse("tenders:question_confirm", args=["nonsense"]))

    assert (again.status_code, unknown.status_code) == (410, 410)
    assert Question.objects.count() == 1


def test_link_ends_after_seven_days_and_what_was_asked_is_deleted():
    asker = asked(tender())
    later = asker.received_at + Asker.confirm_within + HOUR

    with pytest.raises(services.QuestionLinkGone):
        services.confirm_questions(token=link_in(OutgoingMail.objects.get()), at=later)
    delete_past_keeping(at=later)

    assert not Asker.objects.exists()


def test_who_asked_goes_after_its_time_and_the_answer_stays():
    asker = AskerFactory(is_confirmed=True, question__is_answered=True)

    delete_past_keeping(at=NOON + Asker.keep_for + HOUR)

    assert not Asker.objects.exists()
    assert Question.objects.get() == asker.question


def test_address_that_asks_too_much_is_stopped(settings):
    settings.QUESTIONS_PER_ADDRESS_AND_DAY = 1
    opportunity = tender()
    asked(opportunity)

    with pytest.raises(services.TooManyQuestions, match="come back tomorrow"):
        asked(opportunity)

    assert Asker.objects.count() == 1


def test_what_strangers_type_for_an_address_does_not_keep_its_owner_out(settings):
    settings.QUESTIONS_PER_ADDRESS_AND_DAY = 1
    opportunity = tender()
    asked(opportunity, email="keeper@larkfield.example")

    known = asked(opportunity, provider=ProviderFactory(), email="keeper@larkfield.example")

    assert Question.objects.get() == known.question
    with pytest.raises(services.TooManyQuestions):
        asked(opportunity, provider=ProviderFactory(), email="keeper@larkfield.example")


def test_sender_that_asks_too_much_is_stopped(client, settings):
    settings.QUESTIONS_PER_SENDER_AND_HOUR = 1
    url = reverse("tenders:question_ask", args=[tender().reference])
    client.post(url, TYPED)

    refused = client.post(url, {**TYPED, "email": "other@larkfield.example"})

    assert refused.status_code == 429
    assert Asker.objects.count() == 1


def test_flood_of_unconfirmed_questions_leaves_providers_their_way_in(settings):
    settings.QUESTIONS_UNCONFIRMED_PER_TENDER_AND_DAY = 1
    opportunity = tender()
    asked(opportunity)

    with pytest.raises(services.TooManyQuestions, match="Sign in as a provider"):
        asked(opportunity, email="other@larkfield.example")
    asked(opportunity, provider=ProviderFactory(), email="keeper@larkfield.example")

    assert Question.objects.count() == 1


def test_program_that_fills_in_everything_is_thanked_and_forgotten(client):
    url = reverse("tenders:question_ask", args=[tender().reference])

    answer = client.post(url, {**TYPED, "homepage": "https://spam.example"})

    assert answer.status_code == 302
    assert not Asker.objects.exists()


def test_form_says_what_is_missing(client):
    url = reverse("tenders:question_ask", args=[tender().reference])

    page = client.post(url, {"question": "Why?", "email": "nobody"}).content.decode()

    assert re.findall(r'<li><a href="#id_\w+">([^<]+)</a>', page) == [
        "Write a little more: ten letters or more",
        "Give your organisation’s name",
        "Give your name",
        "Give an email address such as name@example.org",
    ]


def test_lot_of_another_tender_is_refused(client):
    strange = OpportunityLotFactory()
    opportunity = tender()
    OpportunityLotFactory(opportunity=opportunity)

    page = client.post(
        reverse("tenders:question_ask", args=[opportunity.reference]), {**TYPED, "lot": strange.pk}
    ).content.decode()

    assert "Choose one of the lots" in page
    assert not Asker.objects.exists()


def test_owner_is_told_that_a_question_waits_and_not_by_whom():
    owner = OfficerFactory()
    opportunity = tender(owner=owner, organisation=owner.organisation)

    asked(opportunity, provider=ProviderFactory(), email="keeper@larkfield.example")

    mail = OutgoingMail.objects.get()
    assert mail.to == owner.user.email
    assert "arkfield" not in f"{mail.subject} {mail.text} {mail.key}"


def test_receipt_is_in_the_trail_without_its_asker():
    opportunity = tender()
    asked(opportunity, provider=ProviderFactory(), email="keeper@larkfield.example")

    event = AuditEvent.objects.get()

    assert (event.action, event.by_id) == ("question.received", None)
    assert "arkfield" not in str(AuditEvent.objects.values().get())


def test_numbers_are_counted_for_each_tender():
    first, second = tender(), tender()

    for opportunity in (first, second, first):
        asked(opportunity, provider=ProviderFactory())

    assert list(Question.objects.order_by("pk").values_list("opportunity", "number")) == [
        (first.pk, 1), (second.pk, 1), (first.pk, 2),
    ]  # fmt: skip


def test_page_of_a_tender_costs_the_same_however_much_was_asked(client):
    opportunity = tender()
    user = UserFactory()
    client.force_login(user)
    QuestionFactory(opportunity=opportunity, is_answered=True)
    url = opportunity.get_absolute_url()
    client.get(url)
    few = query_count(client, url)
    QuestionFactory.create_batch(3, opportunity=opportunity, is_answered=True)
    QuestionFactory.create_batch(3, opportunity=opportunity)

    assert query_count(client, url) == few


def test_deadline_for_questions_moves_with_a_reason_and_in_order():
    opportunity = tender()
    later = opportunity.questions_close_at + DAY
    moved = {"opportunity": opportunity, "field": "questions_close_at", "reason": "Many asked.", "by": None}

    services.move_date(**moved, to=later, at=clock.now())
    with pytest.raises(services.DateRefused, match="Questions close first"):
        services.move_date(**moved, to=opportunity.closes_at + DAY, at=clock.now())

    opportunity.refresh_from_db()
    assert opportunity.questions_close_at == later
