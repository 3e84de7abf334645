"""What the machine read in texts: language, feeling, key phrases, who and what was named; and the groups of phrases.

No words stand here in clear. A key phrase is a number: a digest under a secret of the installation (`Vocabulary`), so
that the same phrase is the same number and nobody without the key can try words. The words of a theme are sealed with
the key of the same row.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.models import Model, OwnedModel, Placement


class Sentiment(models.TextChoices):
    """How a text feels."""

    NEGATIVE = "negative", pgettext_lazy("sentiment", "Negative")
    NEUTRAL = "neutral", pgettext_lazy("sentiment", "Neutral")
    POSITIVE = "positive", pgettext_lazy("sentiment", "Positive")


class Read(models.Model):
    """What a reading says. Shares are of a thousand and add up to it; without a sentiment all three are zero."""

    model = models.CharField(max_length=20)  # the version that read it; results of two are never mixed
    names = models.BigIntegerField()  # which list of brands it was searched for
    language = models.CharField(max_length=2, blank=True)  # th, ko, en; xx another; empty: no words
    sentiment = models.CharField(max_length=8, choices=Sentiment.choices, blank=True)
    negative = models.PositiveSmallIntegerField(default=0)
    neutral = models.PositiveSmallIntegerField(default=0)
    positive = models.PositiveSmallIntegerField(default=0)
    terms = ArrayField(models.BigIntegerField(), default=list)  # key phrases, as numbers
    # Beside each of them: how the clause feels in which it stands (a place in `reader.FELT`), and which one that is.
    felt = ArrayField(models.SmallIntegerField(), default=list, db_default=[])
    clauses = ArrayField(models.SmallIntegerField(), default=list, db_default=[])

    class Meta:
        abstract = True


class Reading(OwnedModel, Read):
    """One text of a customer, or of nobody we know, as it was read. Derived: may be deleted and made again."""

    kind = models.CharField(max_length=12)  # which source of texts (`surveys.selectors.texts`)
    text_id = models.UUIDField()
    parent_id = models.UUIDField()  # the row with which the text goes when its time is over
    at = models.DateTimeField()  # when it was written
    told_at = models.DateTimeField()  # which telling of it was read: an edited text is read again
    read_at = models.DateTimeField()
    # Of the texts of one parent with a feeling, the newest: how a ticket feels now.
    is_last = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("reading of a text")
        verbose_name_plural = _("readings of texts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "text_id"], name="surveys_reading_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Pages show readings beside texts whose owner they do not always know.
            models.Index(fields=["text_id"], name="surveys_reading_text"),
            # Trends over all texts run on the index alone.
            models.Index(fields=["at"], name="surveys_reading_at", include=["kind", "sentiment"]),
            # What a person felt last.
            models.Index(fields=["customer", "-at"], name="surveys_reading_felt", condition=~Q(sentiment="")),
            GinIndex(fields=["terms"], name="surveys_reading_terms"),
            # Tickets that feel so, the newest first.
            models.Index(
                fields=["kind", "sentiment", "-parent_id"],
                name="surveys_reading_last",
                condition=Q(is_last=True),
                include=["customer", "model"],
            ),
        ]


class AnonymousReading(Read):
    """An anonymous answer as it was read, under its random id: what is read follows from the answer alone, so it tells
    nothing that the answer does not. Its language stays untold, in `model` as well.
    """

    placement = Placement.LOCAL

    id = models.UUIDField(primary_key=True, editable=False)
    survey_id = models.UUIDField()
    at = models.DateField()
    brands = ArrayField(models.UUIDField(), default=list)
    products = ArrayField(models.CharField(max_length=120), default=list)
    brands_felt = ArrayField(models.SmallIntegerField(), default=list, db_default=[])  # beside each of them
    products_felt = ArrayField(models.SmallIntegerField(), default=list, db_default=[])

    class Meta:
        verbose_name = _("reading of an anonymous answer")
        verbose_name_plural = _("readings of anonymous answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["survey_id", "-at"], name="surveys_anonymousreading_of"),
            GinIndex(fields=["terms"], name="surveys_anonymousreading_terms"),
        ]

    def __str__(self) -> str:
        """The random id."""
        return str(self.pk)


class Mention(OwnedModel):
    """Somebody named a brand or an article in a text."""

    class About(models.TextChoices):
        BRAND = "brand", _("Brand")
        PRODUCT = "product", _("Article")

    kind = models.CharField(max_length=12)
    text_id = models.UUIDField()
    parent_id = models.UUIDField()
    about = models.CharField(max_length=8, choices=About.choices)
    ref = models.CharField(max_length=120)  # id of the brand, SKU of the article
    sentiment = models.CharField(max_length=8, choices=Sentiment.choices, blank=True)  # of what names it: its clause
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "kind", "text_id", "about", "ref"], name="surveys_mention_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["about", "ref", "-at"], name="surveys_mention_of", include=["sentiment", "kind"]),
        ]


class Brand(Model):
    """A name the shop wants to hear of: its own, a competitor's, another's. Spellings in any script."""

    placement = Placement.SHARED

    class Whose(models.TextChoices):
        OURS = "ours", pgettext_lazy("brand", "Ours")
        COMPETITOR = "competitor", pgettext_lazy("brand", "Competitor")
        OTHER = "other", pgettext_lazy("brand", "Another we sell or watch")

    name = models.CharField(_("name"), max_length=80)
    whose = models.CharField(_("whose"), max_length=10, choices=Whose.choices, default=Whose.COMPETITOR)
    spellings = ArrayField(models.CharField(max_length=80), default=list)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("name"), name="surveys_brand_once"),
        ]


class Vocabulary(Model):
    """The secret under which key phrases become numbers, sealed by the key of this row; there is one."""

    placement = Placement.SHARED

    name = models.CharField(max_length=10, unique=True)
    secret = models.BinaryField()
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()


class Theme(Model):
    """A group of key phrases. It keeps its id, its owner and what was decided of it while texts and phrases come."""

    placement = Placement.SHARED

    terms = ArrayField(models.BigIntegerField(), default=list)
    words = models.BinaryField(null=True)  # {"language": [most telling words]}, sealed by the key of the vocabulary
    name = models.CharField(_("name"), max_length=80, blank=True)  # what staff call it; else its words do
    owner_id = models.UUIDField(null=True)  # who of the staff looks after it
    task = models.CharField(_("task"), max_length=300, blank=True)
    solved_at = models.DateTimeField(null=True)
    is_hidden = models.BooleanField(default=False)
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        indexes: ClassVar[list[models.Index]] = [GinIndex(fields=["terms"], name="surveys_theme_terms")]
