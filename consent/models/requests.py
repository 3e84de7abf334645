"""What people ask for under their rights: the request with its clock, its log, proposed corrections, one-time codes.

A request outlives the person it was about, as the proof that it was answered: it names the customer by id only, and
what was said in it is sealed under the customer's own key, so that it goes with the person.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, Placement


class Right(models.TextChoices):
    """What the law lets a person ask for."""

    ACCESS = "access", _("A copy of my data")
    PORTABILITY = "portability", _("My data for another service")
    RECTIFICATION = "rectification", _("Correct my data")
    ERASURE = "erasure", _("Erase my data")
    RESTRICTION = "restriction", _("Pause the use of my data")
    OBJECTION = "objection", _("Object to advertising and profiling")
    WITHDRAWAL = "withdrawal", _("Take back my consent")


class PrivacyRequest(Model):
    """One request of a person, with the clock of the law that held when it came."""

    placement = Placement.LOCAL

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PAUSED = "paused", _("Waiting for the person")  # the clock stands still, where the law allows it
        WORKING = "working", _("Being done")  # a job is at work on it
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Taken back by the person")

    class Door(models.TextChoices):
        WEB = "web", _("Web page")
        COUNTER = "counter", _("Counter")
        PHONE = "phone", _("Phone")
        POST = "post", _("Letter")
        EMAIL = "email", _("E-mail")
        REST = "rest", _("REST")

    class Asker(models.TextChoices):
        PERSON = "person", _("The person")
        GUARDIAN = "guardian", _("A guardian")
        AGENT = "agent", _("An agent with a mandate")

    reference = models.CharField(_("number"), max_length=14)
    customer_id = models.UUIDField()
    right = models.CharField(_("right"), max_length=14, choices=Right.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    door = models.CharField(_("came by"), max_length=10, choices=Door.choices)
    asker = models.CharField(_("asked by"), max_length=10, choices=Asker.choices, default=Asker.PERSON)
    language = models.CharField(_("language"), max_length=5)
    received_at = models.DateTimeField(_("received at"))
    # How it was made sure that it is them: code, id_card, knows_order, rest, mandate; never the proof itself.
    identity_method = models.CharField(_("identity"), max_length=30, blank=True)
    proved_at = models.DateTimeField(null=True)

    # The law as it was when the request came, so that a changed pack changes no clock that runs.
    pack = models.CharField(_("law"), max_length=20)
    pack_version = models.CharField(max_length=40)
    country = models.CharField(max_length=2, blank=True)  # whose holidays count
    rule = models.JSONField(default=dict)  # the deadline as `consent.rules.deadlines` reads it
    due_at = models.DateTimeField(_("due at"))
    extended_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    escalated = models.PositiveSmallIntegerField(default=0)  # 50, 80 or 100: of how much of the time staff were told

    closed_at = models.DateTimeField(null=True)
    closed_by_kind = models.CharField(max_length=10, blank=True)
    closed_by_id = models.UUIDField(null=True)
    refusal_ground = models.CharField(max_length=40, blank=True)
    words = SealedField()  # JSON: what the person said, where to write to, the proof of an agent, staff's reasons
    outcome = models.JSONField(default=dict)  # figures and the certificate: nothing that tells who it is
    blocked = models.CharField(max_length=60, blank=True)  # why an erasure could not be done yet
    job_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # What a person reads out on the phone.
            models.UniqueConstraint(fields=["reference"], name="consent_privacyrequest_reference"),
            models.CheckConstraint(
                condition=Q(state__in=["answered", "refused", "cancelled"], closed_at__isnull=False)
                | Q(state__in=["open", "paused", "working"], closed_at__isnull=True),
                name="consent_privacyrequest_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False) | ~Q(state="paused"),
                name="consent_privacyrequest_paused",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The desk and the watch over clocks: what is due first among what is open.
            models.Index(
                fields=["due_at", "id"], name="consent_privacyrequest_due", condition=Q(closed_at__isnull=True)
            ),
            # The page of a customer, the link of a person, merges.
            models.Index(fields=["customer_id", "-id"], name="consent_privacyrequest_of"),
            # Exports whose link has run out, and the desk's list of what was closed, newest first.
            models.Index(fields=["-closed_at"], name="consent_privacyreq_closed_at"),
        ]


class PrivacyRequestStep(Model):
    """One thing that was done about a request. Append-only in the database, and chained."""

    placement = Placement.LOCAL

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        PROVED = "proved", _("Identity confirmed")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        PAUSED = "paused", _("Clock stopped")
        RESUMED = "resumed", _("Clock goes on")
        EXTENDED = "extended", _("Extended")
        ESCALATED = "escalated", _("Staff reminded")
        STARTED = "started", _("Started")
        BLOCKED = "blocked", _("Held up")
        CHANGE_ACCEPTED = "change_accepted", _("Correction accepted")
        CHANGE_REFUSED = "change_refused", _("Correction refused")
        NOTE = "note", _("Note")
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Taken back")
        FETCHED = "fetched", _("Copy fetched")
        FETCH_REFUSED = "fetch_refused", _("Copy not handed out")
        DELETED = "deleted", _("Copy deleted")
        FAILED = "failed", _("Failed")

    # Not held by the database: requests go one by one when their time is over, steps by whole months of their chain.
    request = models.ForeignKey(
        PrivacyRequest, models.DO_NOTHING, related_name="steps", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    details = models.JSONField(default=dict)  # never personal values
    text = SealedField()  # what was written, under the customer's key

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The history on the page of a request.
            models.Index(fields=["request", "id"], name="consent_privacystep_of"),
        ]


class PrivacyChange(Model):
    """One field that a person wants corrected, and what staff decided about it."""

    placement = Placement.LOCAL

    class Decision(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    request = models.ForeignKey(PrivacyRequest, models.CASCADE, related_name="changes", db_index=False)
    field = models.CharField(max_length=30)
    before = SealedField()
    wanted = SealedField()
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN)
    reason = SealedField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A field is corrected once per request; also the index by which a request finds its changes.
            models.UniqueConstraint(fields=["request", "field"], name="consent_privacychange_once"),
        ]


class PrivacyCode(Model):
    """A one-time code that proves a way of contact is the asker's, or the same row for an address nobody knows.

    What was asked for lies sealed under the key of the hour until the code is entered; the code is a keyed digest.
    """

    placement = Placement.LOCAL

    class End(models.TextChoices):
        PROVED = "proved"
        EXPIRED = "expired"
        SPENT = "spent"  # too many tries

    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # when a worker looked who is meant, whether or not anybody was known
    contact_digest = models.BinaryField()  # keyed: how often one address is asked for, without telling which
    from_digest = models.BinaryField()  # keyed, of the shortened network address
    code_digest = models.BinaryField()
    tries = models.PositiveSmallIntegerField(default=0)
    customer_id = models.UUIDField(null=True)  # empty: nobody is known by that address
    asked = models.BinaryField()  # hourly key: right, words, language, how to reach the asker
    ended = models.CharField(max_length=10, blank=True, choices=End.choices)
    request_id = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # How many codes went to one address lately.
            models.Index(fields=["contact_digest", "-asked_at"], name="consent_privacycode_contact"),
            # What a worker has to send.
            models.Index(
                fields=["id"], name="consent_privacycode_waiting", condition=Q(sent_at__isnull=True, ended="")
            ),
            # How many were asked for from one network lately; also what is old enough to be thrown away.
            models.Index(fields=["-asked_at", "from_digest"], name="consent_privacycode_asked"),
        ]


class PrivacyAttempt(Model):
    """Links or codes that were refused: forged, expired, used up, or somebody else's. Names nobody. One row for each
    kind, reason and hour: whoever tries a million forged links fills no table.
    """

    placement = Placement.LOCAL

    at = models.DateTimeField()
    what = models.CharField(
        max_length=20
    )  # code, progress, download, certificate, request, unsubscribe, preferences, confirm, guardian
    why = models.CharField(max_length=20)  # forged, expired, used, spent, throttled, changed
    request_id = models.UUIDField(null=True)
    times = models.PositiveIntegerField(default=1, db_default=1)  # since `at`, within that hour

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The desk shows those of the last days, and a page of a request its own.
            models.Index(fields=["-at"], name="consent_privacyattempt_at"),
        ]
