"""Questions about a tender: in time, confirmed, answered for all; and nobody reads who asked."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.errors import AlreadyDone
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
    OpportunityFactory,
    OpportunityLotFactory,
    QuestionFactory,
)

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TYPED = {
    "question": "Does the price count travel between visits?",
    "organisation_name": "Larkfield Care Ltd",
    "name": "Mo Larkfield",
    "email": "Mo@Larkfield.example",
}


def tender(**fields):
    """A tender that takes questions for another day, by the database's own clock."""
    at = clock.now()
    return OpportunityFactory(
        **{
            "opens_at": at - DAY,
            "closes_at": at + 9 * DAY,
            "questions_close_at": at + DAY,
            "answers_by_at": at + 3 * DAY,
            "published_at": at - DAY,
            **fields,
        }
    )


def asked(opportunity, *, at=None, **fields):
    told = {"question": "Does it count?", "name": "", "organisation_name": "Larkfield Care Ltd", "lot": None}
    return services.ask_question(
        **{
            **told,
            "opportunity": opportunity,
            "provider": None,
            "sender": None,
            "email": "mo@larkfield.example",
            **fields,
        },
        at=at or clock.now(),
    )


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


def answered(question, **fields):
    told = {"question_public": "Is travel paid?", "answer": "Yes."}
    return services.answer_question(
        **{**told, "question": question, "by": OfficerFactory().user, "at": NOON + HOUR, **fields}
    )


def test_answer_is_public_and_its_asker_gets_a_mail(client):
    asker = AskerFactory(is_confirmed=True, opportunity=tender())
    before = client.get(asker.opportunity.get_absolute_url()).content.decode()

    answered(asker.question, at=clock.now())

    page = client.get(asker.opportunity.get_absolute_url()).content.decode()
    assert "Is travel paid?" not in before
    assert "Is travel paid?" in page
    mail = OutgoingMail.objects.get()
    assert (mail.to, "Is travel paid?" in mail.text) == (asker.email, True)


@pytest.mark.parametrize("field", ["question_public", "answer"])
@pytest.mark.parametrize(
    "told", ["Larkfield care LTD asks", "write to mo@larkfield.example", "As Mo Larkfield says", "Larkfield Homes"]
)
def test_words_that_tell_who_asked_are_refused(field, told):
    asker = AskerFactory(
        is_confirmed=True,
        organisation_name="Larkfield Care Ltd",
        name="Mo Larkfield",
        email="mo@larkfield.example",
        provider=ProviderFactory(name="Larkfield Homes"),
    )

    with pytest.raises(services.AnswerRefused, match="would tell everybody who asked"):
        answered(asker.question, **{field: f"{told}."})

    asker.question.refresh_from_db()
    assert asker.question.answered_at is None


@pytest.mark.parametrize("field", ["question_public", "answer"])
def test_answer_without_words_is_refused(field):
    with pytest.raises(services.AnswerRefused):
        answered(QuestionFactory(), **{field: "  "})


def test_declined_question_is_told_to_its_asker_only(client):
    asker = AskerFactory(is_confirmed=True, opportunity=tender())

    services.decline_question(question=asker.question, reason="It is in the bid.", by=OfficerFactory().user, at=NOON)

    mail = OutgoingMail.objects.get()
    assert (mail.to, "It is in the bid." in mail.text) == (asker.email, True)
    assert "It is in the bid." not in client.get(asker.opportunity.get_absolute_url()).content.decode()
    assert "It is in the bid." not in str(list(AuditEvent.objects.values()))


def test_question_is_settled_once():
    question = answered(AskerFactory(is_confirmed=True).question)

    with pytest.raises(AlreadyDone):
        answered(question)
    with pytest.raises(AlreadyDone):
        services.decline_question(question=question, reason="No.", by=None, at=NOON)


def test_late_answers_and_overdue_questions_are_marked(client):
    at = clock.now()
    opportunity = tender(
        opens_at=at - 9 * DAY, published_at=at - 9 * DAY, questions_close_at=at - 5 * DAY, answers_by_at=at - 2 * DAY
    )
    in_time = QuestionFactory(opportunity=opportunity, is_answered=True, answered_at=at - 2 * DAY)
    late = QuestionFactory(opportunity=opportunity, is_answered=True, answered_at=at - DAY)
    overdue = QuestionFactory(opportunity=opportunity)
    declined = QuestionFactory(opportunity=opportunity, declined_at=at - 3 * DAY, decline_reason="No.")

    page = client.get(opportunity.get_absolute_url()).content.decode()

    assert [one.is_late(at=at) for one in (in_time, late, overdue, declined)] == [False, True, True, False]
    assert page.count("(late)") == 1
    assert "1 question is still not answered" in page


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


def test_page_of_a_tender_costs_the_same_however_much_was_asked(client, django_assert_num_queries):
    opportunity = tender()
    user = UserFactory()
    client.force_login(user)
    QuestionFactory(opportunity=opportunity, is_answered=True)
    url = opportunity.get_absolute_url()
    client.get(url)
    with connection.execute_wrapper(counter := Counter()):
        client.get(url)
    few = counter.queries
    QuestionFactory.create_batch(3, opportunity=opportunity, is_answered=True)
    QuestionFactory.create_batch(3, opportunity=opportunity)

    with django_assert_num_queries(few):
        client.get(url)


def test_question_is_answered_in_the_workspace_where_it_waits(client):
    officer = OfficerFactory(role="publisher")
    asker = AskerFactory(is_confirmed=True, opportunity=tender(organisation=officer.organisation))
    client.force_login(officer.user)
    url = reverse("admin:tenders_question_action", args=[asker.question_id, "answer_it"])

    before = client.get("/admin/").content.decode()
    asked_page = client.get(url).content.decode()
    client.post(url, {"question_public": "Is travel paid?", "answer": "Yes."})
    after = client.get("/admin/").content.decode()

    assert "Answer questions about tenders" in before
    assert asker.question_asked in asked_page
    assert Question.objects.get().answer == "Yes."
    assert "Answer questions about tenders" not in after


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_publishers_answer(client, role):
    officer = OfficerFactory(role=role)
    asker = AskerFactory(is_confirmed=True, opportunity=tender(organisation=officer.organisation))
    client.force_login(officer.user)

    for action in ("answer_it", "decline_it"):
        url = reverse("admin:tenders_question_action", args=[asker.question_id, action])
        assert client.post(url, {"question_public": "A?", "answer": "B.", "reason": "C"}).status_code == 403


def test_deadline_for_questions_moves_with_a_reason_and_in_order():
    opportunity = tender()
    later = opportunity.questions_close_at + DAY
    moved = {"opportunity": opportunity, "field": "questions_close_at", "reason": "Many asked.", "by": None}

    services.move_date(**moved, to=later, at=clock.now())
    with pytest.raises(services.DateRefused, match="Questions close first"):
        services.move_date(**moved, to=opportunity.closes_at + DAY, at=clock.now())

    opportunity.refresh_from_db()
    assert opportunity.questions_close_at == later


class Counter:
    """Counts what the database is asked."""

    def __init__(self):
        self.queries = 0

    def __call__(self, execute, *args):
        self.queries += 1
        return execute(*args)
