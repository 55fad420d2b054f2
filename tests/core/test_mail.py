import datetime as dt

import pytest
from django.core import mail as outbox
from django.db import transaction

from core import clock, jobs, mail
from core.models import Job, JobState, OutgoingMail
from core.tasks import delete_personal_data, run_job
from tests.tools.mail_server import mail_server

pytestmark = pytest.mark.django_db


def owe(**changes):
    return mail.owe(**{"key": "opening:1:7", "to": "a@example.org", "subject": "Open", "text": "It is.", **changes})


def run_jobs():
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)


def test_mail_is_written_with_the_change_and_sent_once():
    owe()
    before = len(outbox.outbox)
    owe(text="Said again.")

    run_jobs()
    run_jobs()

    (sent,) = outbox.outbox
    assert before == 0
    assert (sent.to, sent.subject, sent.body) == (["a@example.org"], "Open", "It is.")
    kept = OutgoingMail.objects.get()
    assert kept.sent_at is not None
    assert kept.text == ""
    assert sent.extra_headers["Message-ID"].endswith("@testserver>")


def test_mail_of_a_rolled_back_change_is_not_owed():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        owe()
        1 / 0  # noqa: B018

    assert (OutgoingMail.objects.count(), Job.objects.count()) == (0, 0)


def test_subject_and_headers_cannot_carry_further_headers():
    owe(subject="Open\r\nBcc: everybody@example.org", headers={"List-Unsubscribe": "<https://x>\r\nBcc: all"})

    run_jobs()

    (sent,) = outbox.outbox
    assert sent.subject == "Open Bcc: everybody@example.org"
    assert sent.extra_headers["List-Unsubscribe"] == "<https://x> Bcc: all"


def test_many_mails_are_written_at_once_as_each_would_be_and_none_twice():
    letters = [
        mail.Letter("a:1", "a@example.org", "Open\r\nBcc: all", "50% of “lots”\n\\ 'new'", {"List-Unsubscribe": "<x>"}),
        mail.Letter("a:2", "b@example.org", "S" * 300, "Two"),
    ]

    mail.owe_many(letters)
    mail.owe_many([*letters, mail.Letter("a:3", "c@example.org", "Three", "3")])
    mail.owe_many([])

    first, second, third = OutgoingMail.objects.order_by("key")
    assert (first.to, first.subject, first.text) == ("a@example.org", "Open Bcc: all", "50% of “lots”\n\\ 'new'")
    assert (first.headers, third.headers, len(second.subject)) == ({"List-Unsubscribe": "<x>"}, {}, 200)
    rows = Job.objects.filter(kind="core.send_mail", state=JobState.QUEUED, attempts=0, attempts_allowed=10)
    assert {row.key: row.arguments for row in rows} == {
        f"mail:{one.pk}": {"mail_id": one.pk} for one in (first, second, third)
    }
    # One message tells a worker of several.
    run_job(*(str(row.pk) for row in rows))
    assert sorted(one.to[0] for one in outbox.outbox) == ["a@example.org", "b@example.org", "c@example.org"]


def test_mail_waits_while_the_mail_server_is_down(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    owed = owe()

    run_jobs()

    row = Job.objects.get()
    owed.refresh_from_db()
    assert (row.state, row.attempts, row.attempts_allowed) == (JobState.QUEUED, 1, 10)
    assert row.reason == "The mail server does not take mail at the moment."
    assert owed.sent_at is None


def test_sent_mail_is_forgotten_after_a_month_and_owed_mail_is_not():
    at = clock.now()
    owe(key="old")
    owe(key="recent")
    owe(key="refused")
    waiting = owe(key="waiting")
    OutgoingMail.objects.filter(key="refused").update(refused_at=at - dt.timedelta(days=31))
    OutgoingMail.objects.filter(key="old").update(sent_at=at - dt.timedelta(days=31))
    OutgoingMail.objects.filter(key="recent").update(sent_at=at - dt.timedelta(days=29))

    delete_personal_data()

    assert set(OutgoingMail.objects.values_list("key", flat=True)) == {"recent", waiting.key}


@pytest.fixture
def server(settings):
    with mail_server(settings) as server:
        yield server


@pytest.mark.parametrize(
    ("answer", "is_for_good"),
    [
        ("550 5.1.1 <a@example.org> User unknown", True),
        ("550 No such user here", True),
        ("552 5.2.2 Mailbox full", True),
        ("450 4.2.1 Try again later", False),
        ("550 5.7.1 Relaying denied", False),
        ("554 Blocked", False),
        ("530 5.7.0 Authentication required", False),
    ],
)
def test_only_a_mailbox_that_takes_no_mail_is_refused_for_good(server, answer, is_for_good):
    server.answer = answer
    owed = owe()

    run_jobs()

    owed.refresh_from_db()
    row = Job.objects.get()
    assert (owed.sent_at, owed.refused_at is not None, owed.refusal) == (
        None,
        is_for_good,
        answer if is_for_good else "",
    )
    assert (row.state, owed.text) == ((JobState.DONE, "") if is_for_good else (JobState.QUEUED, "It is."))


def test_a_mailbox_that_answers_gets_its_mail(server):
    owed = owe()

    run_jobs()

    owed.refresh_from_db()
    assert (owed.sent_at is not None, owed.refused_at) == (True, None)


def test_a_mailbox_refuses_once_it_did_so_on_enough_days_and_has_taken_nothing_since():
    at, day = clock.now(), dt.timedelta(days=1)

    def told(to, *, refused=(), sent=()):
        for field, days in (("refused_at", refused), ("sent_at", sent)):
            for number in days:
                OutgoingMail.objects.create(
                    key=f"{to}{field}{number}", to=to, subject="S", **{field: at - number * day}
                )

    told("gone@example.org", refused=[3, 2], sent=[9])
    told("Gone@example.org", refused=[1])
    told("again@example.org", refused=[9, 5, 3, 2], sent=[4])
    told("twice@example.org", refused=[1, 1.001, 2])
    told("fine@example.org", sent=[1, 2, 3])

    assert list(OutgoingMail.objects.refusing(days=3)) == ["gone@example.org"]
    mail.forget_refusals(to="gone@example.org")
    assert list(OutgoingMail.objects.refusing(days=3)) == []
    assert OutgoingMail.objects.filter(to="gone@example.org").count() == 1
