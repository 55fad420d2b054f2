from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Now

from commissioning.models import Organisation

from .contracts import Contract
from .events import Event
from .frameworks import Framework
from .lots import Lot
from .opportunities import Opportunity


class Frequency(models.IntegerChoices):
    """How often somebody wants mail, the most often first: of two that find the same news the lower number counts."""

    INSTANT = 1, "As it happens"
    DAILY = 2, "Once a day"
    WEEKLY = 3, "Once a week"


def _exactly_one(*names: str) -> Q:
    """Whether exactly one of these columns is filled."""
    found = Q()
    for chosen in names:
        found |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return found


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def told(self) -> Self:
        """Return those to whom mail may go out: the twin of `Subscriber.is_told`."""
        return self.filter(confirmed_at__isnull=False, stopped_at=None)

    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return those who never confirmed, who stopped, and who have nothing left they want to hear of."""
        before = at - Subscriber.keep_for
        nothing = ~Exists(SavedSearch.objects.filter(subscriber=OuterRef("pk"))) & ~Exists(
            Follow.objects.filter(subscriber=OuterRef("pk"))
        )
        # As long as the row tells when the address was last written to, it is not written to again.
        is_quiet = Q(asked_at=None) | Q(asked_at__lt=at - dt.timedelta(days=1))
        unconfirmed = Q(confirmed_at=None, created_at__lt=before) & (Q(asked_at=None) | Q(asked_at__lt=before))
        stopped = Q(stopped_at__lt=before, refused_at=None) | Q(refused_at__lt=at - Subscriber.keep_refused_for)
        return self.filter(is_quiet, unconfirmed | stopped | Q(created_at__lt=before) & nothing)


class Subscriber(models.Model):
    """Somebody who wants to be told of news: an email address, with or without an account.

    Personal data, held to send what was asked for. Nobody is told anything before they have pressed the button behind
    a link that went to the address. An address that never confirmed is deleted after `keep_for`, as is one that
    stopped all: until then it can be undone. One whose mailbox refuses our mails is kept for `keep_refused_for`, so
    that its person or an operator has time to take it up again.
    """

    keep_for = dt.timedelta(days=7)  # after it was last asked to confirm, or stopped
    keep_refused_for = dt.timedelta(days=30)
    audit_exclude = ("email", "confirm_hash")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="What its links are made of.")
    email = models.EmailField(max_length=254, unique=True, help_text="In small letters.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="subscriber"
    )
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(
        null=True, help_text="When a mail last went out because somebody typed the address."
    )
    confirm_hash = models.CharField(max_length=64, blank=True, db_index=True, help_text="Of the link's token.")
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(
        null=True, help_text="When all was stopped because the mailbox refused our mails."
    )

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenders_subscriber_refused_is_stopped",
                condition=Q(refused_at__isnull=True) | Q(stopped_at__isnull=False),
                violation_error_message="Whose mailbox refuses our mails is sent none.",
            ),
            models.CheckConstraint(
                name="tenders_subscriber_email_in_small_letters",
                condition=Q(email=Lower("email")),
                violation_error_message="An address is kept in small letters, so that it is kept once.",
            ),
        ]

    def __str__(self) -> str:
        return f"Subscriber {self.pk}"

    @property
    def is_told(self) -> bool:
        """Whether mail may go out: confirmed, and not stopped."""
        return self.confirmed_at is not None and self.stopped_at is None

    @property
    def is_stopped_by_itself(self) -> bool:
        """Whether somebody has stopped all, and not the mailbox that refused our mails."""
        return self.stopped_at is not None and self.refused_at is None

    @property
    def days_kept(self) -> int:
        """For how many days after it stopped it is kept."""
        return (self.keep_for if self.refused_at is None else self.keep_refused_for).days


class WantedQuerySet(models.QuerySet["Wanted"]):
    def active(self) -> Self:
        """Return what mails are sent for: confirmed, and neither it nor its person has stopped."""
        return self.filter(
            confirmed_at__isnull=False,
            stopped_at=None,
            subscriber__confirmed_at__isnull=False,
            subscriber__stopped_at=None,
        )

    def shown(self) -> Self:
        """Return what somebody manages: all that was confirmed and not stopped."""
        return self.filter(confirmed_at__isnull=False, stopped_at=None)

    def pending(self) -> Self:
        """Return what waits for its person to confirm it."""
        return self.filter(confirmed_at=None, stopped_at=None)

    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return what was stopped, or never confirmed, longer ago than it is kept for."""
        before = at - Wanted.keep_for
        return self.filter(Q(stopped_at__lt=before) | Q(confirmed_at=None, created_at__lt=before))


class Wanted(models.Model):
    """Something a person wants to hear of, and how often. Stopped, it can be taken up again for some days."""

    keep_for: dt.timedelta | None = dt.timedelta(days=7)  # after it was stopped, or asked for and never confirmed

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="What its links are made of.")
    frequency = models.PositiveSmallIntegerField("how often", choices=Frequency, default=Frequency.DAILY)
    created_at = models.DateTimeField(help_text="Older news is not told.")
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects = WantedQuerySet.as_manager()

    class Meta:
        abstract = True


class SavedSearch(Wanted):
    """A search of the opportunities under a name: its person is told of what comes to its list and changes in it."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="searches")
    name = models.CharField(max_length=120)
    query = models.TextField(blank=True, help_text="The filters as they stand in an address; empty for the whole list.")
    # The same in columns, so that all searches are held against all news in one statement (`tenders.alerts.questions`).
    words = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    chosen = ArrayField(models.TextField(), default=list, blank=True, editable=False, help_text="“types:home-care”, …")
    framework = models.CharField(max_length=80, blank=True, editable=False)
    opens_from = models.DateField(null=True, editable=False)
    opens_to = models.DateField(null=True, editable=False)
    closes_from = models.DateField(null=True, editable=False)
    closes_to = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "query"], name="tenders_savedsearch_once"),
            models.CheckConstraint(name="tenders_savedsearch_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Follow(Wanted):
    """One opportunity, framework or organisation that a person wants all news of."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="follows")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, null=True, related_name="follows")
    framework = models.ForeignKey(Framework, models.CASCADE, null=True, related_name="follows")
    # Not the owner of the row: it is followed.
    followed = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="follows")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenders_follow_one_thing", condition=_exactly_one("opportunity", "framework", "followed")
            ),
            models.UniqueConstraint(fields=["subscriber", "opportunity"], name="tenders_follow_opportunity_once"),
            models.UniqueConstraint(fields=["subscriber", "framework"], name="tenders_follow_framework_once"),
            models.UniqueConstraint(fields=["subscriber", "followed"], name="tenders_follow_organisation_once"),
        ]

    def __str__(self) -> str:
        return str(self.target)

    @property
    def target(self) -> Opportunity | Framework | Organisation:
        """What is followed."""
        found = self.opportunity or self.framework or self.followed
        assert found is not None
        return found


class AlertRunQuerySet(models.QuerySet["AlertRun"]):
    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return old runs; the last that is done stays, since the next begins where it ended."""
        last = self.filter(finished_at__isnull=False).order_by("-at").values("pk")[:1]
        return self.filter(finished_at__lt=at - AlertRun.keep_for).exclude(pk__in=last)


class AlertRun(models.Model):
    """One look at what is new since the last, and the mails that follow. There is one at a time.

    Each of its steps may stop half-way and is taken up where it stopped.
    """

    keep_for = dt.timedelta(days=90)

    at = models.DateTimeField(help_text="The moment whose news it tells.")
    daily_date = models.DateField(null=True, help_text="The day whose daily mails go with it.")
    weekly_date = models.DateField(null=True, help_text="The day whose weekly mails go with it.")
    finished_at = models.DateTimeField(null=True)

    objects = AlertRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                name="tenders_alertrun_one_at_a_time",
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"Alerts of {self.at:%Y-%m-%d %H:%M}"


class AlertNewsQuerySet(models.QuerySet["AlertNews"]):
    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return news that nobody needs any more, and with it who was told."""
        return self.filter(found_at__lt=at - AlertNews.keep_for)


class AlertNews(models.Model):
    """One thing that has happened to one public entry, in the words that are sent. Found once, told to each once."""

    keep_for = dt.timedelta(days=90)

    class Kind(models.TextChoices):
        NEW = "new", "New"
        STATUS = "status", "Status"
        MOVED = "moved", "A date has moved"
        NOTICE = "notice", "Notice"
        ANSWER = "answer", "Answer"
        ADDENDUM = "addendum", "Addendum"
        AWARD = "award", "Award"
        ENDED = "ended", "Withdrawn or cancelled"
        REMINDER = "reminder", "Reminder"
        LOT = "lot", "Lot"
        DETAILS = "details", "Other facts have changed"
        LEFT = "left", "No longer in a search that found it"
        CONTRACT = "contract", "Contract"
        CONTRACT_END = "contract_end", "A contract comes near its end"

    key = models.CharField(max_length=160, unique=True, help_text="Names what has happened, so that it is found once.")
    kind = models.CharField(max_length=12, choices=Kind)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, null=True, related_name="+")
    framework = models.ForeignKey(Framework, models.CASCADE, null=True, related_name="+")
    contract = models.ForeignKey(Contract, models.CASCADE, null=True, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+")
    text = models.TextField()
    due_at = models.DateTimeField(null=True, help_text="The deadline it reminds of.")
    happened_at = models.DateTimeField()
    found_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True, help_text="When everybody who wants it had been found.")

    objects = AlertNewsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "alert news"
        constraints = [
            models.CheckConstraint(
                name="tenders_alertnews_of_one_entry",
                condition=_exactly_one("opportunity", "framework", "contract", "event"),
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="tenders_alertnews_unmatched", condition=Q(matched_at__isnull=True)),
            models.Index(fields=["found_at"], name="tenders_alertnews_found"),
        ]

    def __str__(self) -> str:
        return self.text[:100]


class AlertItem(models.Model):
    """One piece of news for one person, found by any number of their searches and follows: told once.

    Personal data, held so that nothing is told twice; it goes with the news.
    """

    keep_for = "as long as the news it tells, 90 days"

    # Found by the index of what is told once: a run writes millions of rows, and each index costs.
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="items", db_index=False)
    news = models.ForeignKey(AlertNews, models.CASCADE, related_name="items")
    frequency = models.PositiveSmallIntegerField(choices=Frequency)
    searches = ArrayField(models.BigIntegerField(), default=list, help_text="The saved searches that find it.")
    follows = ArrayField(models.BigIntegerField(), default=list, help_text="The follows that want it.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "news"], name="tenders_alertitem_once")]
        indexes = [
            models.Index(
                fields=["subscriber", "frequency"], name="tenders_alertitem_owed", condition=Q(sent_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"News {self.news_id} for subscriber {self.subscriber_id}"


class StatusSeen(models.Model):
    """What an entry said when alerts last looked: what the clock alone changes is found by comparing, and what a form did."""

    opportunity = models.OneToOneField(Opportunity, models.CASCADE, null=True, related_name="status_seen")
    framework = models.OneToOneField(Framework, models.CASCADE, null=True, related_name="status_seen")
    lot = models.OneToOneField(Lot, models.CASCADE, null=True, related_name="status_seen")
    contract = models.OneToOneField(Contract, models.CASCADE, null=True, related_name="status_seen")
    event = models.OneToOneField(Event, models.CASCADE, null=True, related_name="status_seen")
    status = models.CharField(max_length=20)
    facts = models.JSONField(
        null=True, help_text="What is told of an opportunity besides its dates, by name and in words."
    )
    card_hash = models.BigIntegerField(null=True, help_text="Of the card that the facts were read from.")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "statuses seen"
        constraints = [
            models.CheckConstraint(
                name="tenders_statusseen_of_one_entry",
                condition=_exactly_one("opportunity", "framework", "lot", "contract", "event"),
            )
        ]

    def __str__(self) -> str:
        return self.status
