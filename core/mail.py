"""Mail goes out through a job, so that a mail server that is down loses nothing and delays nobody."""

from __future__ import annotations

import json
import re
import smtplib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.text import Truncator

from core import jobs
from core.errors import TemporaryFault
from core.models import OutgoingMail
from core.text import clean_plain_text


class MailServerDown(TemporaryFault):
    """The mail server did not take a mail. It stays owed and is tried again."""


@dataclass(frozen=True)
class Letter:
    """A mail to be owed. ``key`` names what it tells to whom; see `owe`."""

    key: str
    to: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def owe(*, key: str, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None) -> OutgoingMail:
    """Write a mail in the running transaction; a worker sends it after the commit.

    :param key: names what the mail tells to whom (``f"opening:{opportunity.pk}:{person.pk}"``). A mail with the
        same key is never written or sent a second time.
    :param headers: further headers, such as RFC 8058's List-Unsubscribe-Post.
    """
    OutgoingMail.objects.bulk_create([_written(Letter(key, to, subject, text, headers or {}))], ignore_conflicts=True)
    owed = OutgoingMail.objects.get(key=key)
    jobs.enqueue("core.send_mail", key=f"mail:{owed.pk}", mail_id=owed.pk)
    return owed


def owe_many(letters: Iterable[Letter]) -> None:
    """Write many mails in the running transaction, each as `owe` does, in a few queries for all."""
    rows = [
        {"key": mail.key, "to": mail.to, "subject": mail.subject, "text": mail.text, "headers": mail.headers}
        for mail in map(_written, letters)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_MANY, [json.dumps(rows)])
        written = [pk for (pk,) in cursor.fetchall()]
    jobs.enqueue_many("core.send_mail", {f"mail:{pk}": {"mail_id": pk} for pk in written})


# Tens of thousands of mails go out in one run: as one document they are written in a tenth of the time. One that is
# there already has its job.
_WRITE_MANY = """
INSERT INTO core_outgoingmail (key, "to", subject, text, headers)
SELECT key, "to", subject, text, headers
FROM json_to_recordset(%s::json) AS one (key text, "to" text, subject text, text text, headers jsonb)
ON CONFLICT (key) DO NOTHING RETURNING id
"""


def written(*, prefix: str) -> int:
    """Return how many mails there are whose keys begin so, those that have left within `OutgoingMail.keep_for` too."""
    return OutgoingMail.objects.filter(key__startswith=prefix).count()


def recall(*, prefix: str) -> None:
    """Take back the mails whose keys begin so and that have not left yet."""
    OutgoingMail.objects.owed().filter(key__startswith=prefix).delete()


def forget_refusals(*, to: str) -> None:
    """Forget that a mailbox has refused mails: somebody says that it takes them again."""
    OutgoingMail.objects.filter(to__iexact=to, refused_at__isnull=False).delete()


def _written(letter: Letter) -> OutgoingMail:
    one_line = {name: clean_plain_text(value) for name, value in letter.headers.items()}
    subject = Truncator(clean_plain_text(letter.subject)).chars(200)
    return OutgoingMail(key=letter.key, to=letter.to, subject=subject, text=letter.text, headers=one_line)


@transaction.atomic
def send(*, mail_id: int) -> None:
    """Send an owed mail unless it has been sent. What its mailbox refuses for good is noted, and not tried again.

    Should the worker die between the mail server's yes and the commit, the mail goes out again under the same
    Message-ID, by which mail programs tell that it is the same.

    :raises MailServerDown: if the server does not take it; it is tried again for some hours.
    """
    owed = OutgoingMail.objects.select_for_update().owed().filter(pk=mail_id).first()
    if owed is None:
        return
    message = EmailMessage(owed.subject, owed.text, to=[owed.to], headers={**owed.headers, "Message-ID": _id(owed)})
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        refusal = _refusal(error, owed.to)
        if refusal is None:
            raise MailServerDown("The mail server does not take mail at the moment.") from error
        owed.refused_at, owed.refusal, owed.text = Now(), refusal, ""
    else:
        owed.sent_at, owed.text = Now(), ""
    owed.save(update_fields=["sent_at", "refused_at", "refusal", "text"])


# RFC 5321, section 4.2.2: no such mailbox, or one that takes no mail. The other replies of 5xx are about the sender, the
# mail or the two servers.
_NO_MAILBOX = {550, 551, 552, 553}
# RFC 3463, section 3: where a reply says more exactly what is wrong, it is the address (1) or the mailbox (2).
_STATUS = re.compile(r"5\.(\d{1,3})\.\d{1,3}\b")


def _refusal(error: Exception, to: str) -> str | None:
    """Return what the mail server said of a mailbox that takes no mail and will not; None for any other fault."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused) or to not in error.recipients:
        return None
    code, reply = error.recipients[to]
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    status = _STATUS.match(words)
    if code not in _NO_MAILBOX or (status is not None and status[1] not in {"1", "2"}):
        return None
    return clean_plain_text(f"{code} {words}")[:200]


def _id(owed: OutgoingMail) -> str:
    host = EmailMessage().from_email.rpartition("@")[2].rstrip(">")
    return f"<{owed.written_at:%Y%m%d%H%M%S}.{owed.pk}@{host}>"
