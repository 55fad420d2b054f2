"""An answer that everybody has read is put right in the open: old words, new words and the reason."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.models import AuditEvent, OutgoingMail
from tenders import services
from tenders.alerts import run
from tenders.models import Addendum, Question
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.tenders import AskerFactory, FollowFactory, OpportunityFactory, QuestionFactory
from tests.tools.views import words

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def tender(**fields):
    at = clock.now()
    return OpportunityFactory(
        **{"opens_at": at - 3 * DAY, "closes_at": at + 9 * DAY, "published_at": at - 5 * DAY, **fields}
    )


def answered(**fields):
    """A question of Mo's, answered."""
    asker = AskerFactory(is_confirmed=True, name="Mo Larkfield", **{"opportunity": tender(), **fields})
    return services.answer_question(
        question=asker.question, question_public="Is travel paid?", answer="No.", by=UserFactory(), at=clock.now()
    )


def correct(question, **fields):
    told = {"answer": "Yes, by the mile.", "reason": "We had read the old contract.", "by": UserFactory()}
    return services.correct_answer(**{**told, "question": question, "at": clock.now(), **fields})


def test_page_shows_the_new_answer_and_keeps_the_old_one_with_the_reason(client):
    question = answered()

    correct(question)

    connection.check_constraints()
    page = words(client.get(question.opportunity.get_absolute_url()))
    assert "Answer: Yes, by the mile." in page
    assert "what it said before, and why" in page
    assert "We had read the old contract." in page
    assert f"Answer to question {question.number} : was No. , now Yes, by the mile." in page
    assert AuditEvent.objects.filter(action="question.corrected").count() == 1


def test_who_asked_and_who_follows_are_told_once_each():
    question = answered()
    follower = FollowFactory(opportunity=question.opportunity).subscriber
    run.run(at=clock.now())
    before = set(OutgoingMail.objects.values_list("pk", flat=True))

    correct(question)
    run.run(at=clock.now() + DAY)

    mails = {one.to: one.text for one in OutgoingMail.objects.exclude(pk__in=before)}
    assert set(mails) == {question.asker.email, follower.email}
    assert "Why:\nWe had read the old contract." in mails[question.asker.email]
    assert "Yes, by the mile." in mails[follower.email]
    assert "Larkfield" not in mails[follower.email]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"answer": " "}, "Write what the answer is now"),
        ({"answer": "No."}, "Write what the answer is now"),
        ({"reason": " "}, "Say why"),
        ({"answer": "Yes, Mo Larkfield."}, "would tell everybody who asked"),
        ({"reason": "Mo Larkfield was right."}, "would tell everybody who asked"),
    ],
)
def test_correction_that_says_nothing_or_too_much_is_refused(fields, refusal):
    question = answered()

    with pytest.raises(services.AnswerRefused, match=refusal):
        correct(question, **fields)

    assert (Question.objects.get().answer, Addendum.objects.count()) == ("No.", 0)


@pytest.mark.parametrize("state", ["waiting", "declined", "awarded", "cancelled"])
def test_only_a_published_answer_of_a_tender_that_is_out_is_corrected(state):
    at = clock.now()
    if state == "waiting":
        question = QuestionFactory(opportunity=tender())
    elif state == "declined":
        question = QuestionFactory(opportunity=tender(), declined_at=at, decline_reason="It is in the bid.")
    else:
        question = answered()
        told = {"awarded_at": at} if state == "awarded" else {"cancelled_at": at, "ended_reason": "No bid."}
        type(question.opportunity).objects.update(**told)

    with pytest.raises(services.AnswerRefused, match="Only a published answer"):
        correct(question)


def test_publisher_corrects_in_the_workspace_beginning_with_what_it_says(client):
    officer = OfficerFactory(role="publisher")
    question = answered(opportunity=tender(organisation=officer.organisation))
    client.force_login(officer.user)
    url = reverse("admin:tenders_question_action", args=[question.pk, "correct_it"])

    form = client.get(url)
    client.post(url, {"answer": "Yes.", "reason": "We erred."})

    assert ">\nNo.</textarea>" in form.content.decode()
    assert Question.objects.get().answer == "Yes."
    assert "Correct the answer" in words(client.get(reverse("admin:tenders_question_change", args=[question.pk])))


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_publishers_correct(client, role):
    officer = OfficerFactory(role=role)
    question = answered(opportunity=tender(organisation=officer.organisation))
    client.force_login(officer.user)

    url = reverse("admin:tenders_question_action", args=[question.pk, "correct_it"])

    assert client.post(url, {"answer": "Yes.", "reason": "We erred."}).status_code == 403
    assert Question.objects.get().answer == "No."
