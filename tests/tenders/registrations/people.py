"""What the tests of registrations share: registering, confirming and the mails that follow."""

import datetime as dt

from core.models import OutgoingMail
from tenders.services import registrations, replies
from tests.factories import NOON

DAY = dt.timedelta(days=1)
PERSON = {
    "name": "Ada Byron",
    "organisation_name": "Small Care",
    "email": "ada@example.org",
    "role": "Manager",
    "access_needs": "A hearing loop",
    "is_sme": True,
}


def register(event, *, at=NOON, **facts):
    return registrations.register(event=event, **{**PERSON, **facts}, sender=None, at=at)


def confirm(registration, *, at=NOON):
    return registrations.confirm_registration(token=replies.token_of(registration), at=at)


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def token_in(mail):
    return mail.text.partition("/registrations/")[2].partition("/")[0]
