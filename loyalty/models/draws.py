"""Prize draws: what was announced, who takes part under which number, who won, and who was left out."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement


class Draw(Model):
    """One draw. From its opening on nothing of its terms changes; the seed lies wrapped until it was drawn."""

    # Closing reads the facts of everybody and writes this row in one transaction: no table of every node.
    placement = Placement.LOCAL

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("prize draw", "Draft")
        OPEN = "open", pgettext_lazy("prize draw", "Announced")
        CLOSED = "closed", pgettext_lazy("prize draw", "Closed, not drawn yet")
        DRAWN = "drawn", pgettext_lazy("prize draw", "Drawn")
        CANCELLED = "cancelled", pgettext_lazy("prize draw", "Called off")

    key = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    terms = models.JSONField()  # see loyalty.rules.draws
    notes = models.JSONField(default=dict)  # what else people have to know, by language
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    draws_on = models.DateField()
    answer_days = models.PositiveSmallIntegerField(null=True)  # of who wins what is handed over
    witness_of = models.CharField(max_length=200, blank=True)  # what is drawn in public elsewhere
    witness = models.CharField(max_length=200, blank=True)  # and what came out
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    ring_key = models.CharField(max_length=100)
    wrapped = models.BinaryField()  # the seed
    commitment = models.CharField(max_length=64, blank=True)  # SHA-256 of the seed, shown from the opening on
    seed = models.CharField(max_length=64, blank=True)  # revealed by drawing
    list_digest = models.CharField(max_length=64, blank=True)
    places = models.PositiveIntegerField(default=0)  # so far, until it closes
    entries = models.PositiveBigIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("prize draw")
        verbose_name_plural = _("prize draws")
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="loyalty_draw_times", condition=Q(closes_at__gt=models.F("opens_at"))),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list of staff, newest first.
            models.Index(fields=["-created_at", "-id"], name="loyalty_draw_list"),
        ]


class DrawPlace(OwnedModel):
    """The number under which somebody takes part, and how many entries they have. Written at the closing, and frozen;
    numbers are given out by chance.
    """

    # Written by the thousand out of the customers' own rows.
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    draw_id = models.UUIDField()
    number = models.PositiveIntegerField()
    entries = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("place in a draw")
        verbose_name_plural = _("places in draws")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also how somebody's own places are found.
            models.UniqueConstraint(fields=["customer", "draw_id"], name="loyalty_drawplace_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list by number, and who a number is.
            models.Index(fields=["draw_id", "number"], name="loyalty_drawplace_list", include=["entries"]),
        ]


class DrawWin(OwnedModel):
    """A place that came up: who won what, whose turn it is next, and who was passed over and why."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("winner", "Has not answered yet")
        WON = "won", pgettext_lazy("winner", "Won, not handed over yet")
        DONE = "done", pgettext_lazy("winner", "Has the prize")
        RESERVE = "reserve", pgettext_lazy("winner", "Reserve")
        PASSED = "passed", pgettext_lazy("winner", "Passed over")

    class Why(models.TextChoices):
        GONE = "gone", pgettext_lazy("winner", "no longer there")
        EXCLUDED = "excluded", pgettext_lazy("winner", "left out")
        SAME = "same", pgettext_lazy("winner", "has won already under another number")
        LATE = "late", pgettext_lazy("winner", "did not answer in time")
        DECLINED = "declined", pgettext_lazy("winner", "did not want it")

    draw_id = models.UUIDField()
    number = models.PositiveIntegerField()
    rank = models.PositiveIntegerField()  # at which turn the place came up
    prize = models.PositiveSmallIntegerField(null=True)  # which of the terms' prizes
    state = models.CharField(max_length=10, choices=State.choices)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    told_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)  # who of the staff handed it over

    class Meta:
        verbose_name = _("winner of a draw")
        verbose_name_plural = _("winners of draws")
        indexes: ClassVar[list[models.Index]] = [
            # Winners and reserves of a draw in their order.
            models.Index(fields=["draw_id", "rank"], name="loyalty_drawwin_draw"),
            # What somebody won.
            models.Index(fields=["customer", "-id"], name="loyalty_drawwin_customer"),
            # Who has not answered in time.
            models.Index(fields=["answer_by"], name="loyalty_drawwin_late", condition=Q(state="waiting")),
        ]


class DrawExclusion(OwnedModel):
    """Somebody whom staff left out of a draw, and why."""

    draw_id = models.UUIDField()
    words = SealedField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("exclusion from a draw")
        verbose_name_plural = _("exclusions from draws")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "draw_id"], name="loyalty_drawexclusion_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Who is left out of a draw.
            models.Index(fields=["draw_id"], name="loyalty_drawexclusion_draw"),
        ]
