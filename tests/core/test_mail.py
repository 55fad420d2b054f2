import datetime as dt

import pytest
from django.core import mail as outbox
from django.db import transaction

from core import clock, jobs, mail
from core.models import Job, JobState, OutgoingMail
from core.tasks import delete_personal_data

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
