import datetime as dt

import pytest
from django.core import mail as outbox
from django.db import transaction

from core import clock, jobs, mail
from core.models import Job, JobState, OutgoingMail
from core.tasks import delete_personal_data, run_job

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
    waiting = owe(key="waiting")
    OutgoingMail.objects.filter(key="old").update(sent_at=at - dt.timedelta(days=31))
    OutgoingMail.objects.filter(key="recent").update(sent_at=at - dt.timedelta(days=29))

    delete_personal_data()

    assert set(OutgoingMail.objects.values_list("key", flat=True)) == {"recent", waiting.key}
