"""Questions answered for all, declined to one, late or waiting: and nobody reads who asked."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.errors import AlreadyDone
from core.models import AuditEvent, OutgoingMail
from tenders import services
from tenders.models import Question
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    AskerFactory,
    QuestionFactory,
)
from tests.tenders.asking import tender

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


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
