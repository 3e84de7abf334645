"""The golden record of one person."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, Placement


class Status(models.TextChoices):
    """What a customer row stands for. Lists, counts and segments use `known` only."""

    ANONYMOUS = "anonymous", _("Anonymous")
    KNOWN = "known", _("Known")
    MERGED = "merged", _("Merged")
    ERASED = "erased", _("Erased")
    BUCKET = "bucket", _("Guests")  # one of 64 reserved rows that own facts without a person


class Customer(Model):
    """One person, known once.

    Names are sealed and found by keyed prefix tokens; coarse facts that segments and metrics work on set-wise are
    plain columns under access control. Contacts and addresses are rows of their own; the place columns here repeat
    the primary address, so that segments need no join.
    """

    placement = Placement.OWNED
    # The blind index of `search_tokens`: whoever writes them and whoever looks for them must name the same one.
    SEARCH_FIELD: ClassVar[str] = "customer.search"
    # What is told as a text and kept as one, empty where nobody said: for whoever goes through all of them.
    PLAIN: ClassVar[tuple[str, ...]] = (
        "gender",
        "language",
        "nationality",
        "country",
        "province",
        "city",
        "postcode",
        "company",
        "job_title",
        "income_band",
        "occupation",
        "education",
        "children",
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.KNOWN)
    merged_into = models.UUIDField(null=True, editable=False)  # the survivor, once this row was absorbed

    name = SealedField()  # as the person writes it
    given_name = SealedField()
    family_name = SealedField()
    # Blind number of the normalised given name: a shared phone attaches only where given names agree.
    given_name_key = models.BigIntegerField(null=True, editable=False)
    search_tokens = ArrayField(models.BigIntegerField(), default=list, editable=False)

    gender = models.CharField(max_length=10, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=5, blank=True)
    nationality = models.CharField(max_length=2, blank=True)
    country = models.CharField(max_length=2, blank=True)
    # Where the phone that comes first is from: whose law holds where nobody told the country. Repeats the contact
    # point's own (`customers.services.phone_countries`), so that the gate judges a million people without a join.
    phone_country = models.CharField(max_length=2, blank=True, default="", db_default="", editable=False)
    province = models.CharField(max_length=10, blank=True)  # ISO 3166-2
    city = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=12, blank=True)

    company = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    income_band = models.CharField(max_length=40, blank=True)
    occupation = models.CharField(max_length=80, blank=True)
    education = models.CharField(max_length=40, blank=True)
    children = models.CharField(max_length=10, blank=True)
    interests = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    source = models.CharField(max_length=60, blank=True)  # key of the source that first brought the person
    sources = ArrayField(models.CharField(max_length=60), default=list)  # every source that ever did
    # Who told what, when and by which fact: see `customers.rules.provenance`. Null for rows of before.
    origins = models.JSONField(null=True, editable=False)
    is_sample = models.BooleanField(default=False)  # sample people are never delivered to outside file outboxes
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="customers_customer_status_known_value", condition=Q(status__in=list(Status.values))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The customer list, newest first, page by page.
            models.Index(fields=["-id"], name="customers_customer_list", condition=Q(status="known")),
            # The lineage of a survivor: whom it absorbed.
            models.Index(
                fields=["merged_into"], name="customers_customer_lineage", condition=Q(merged_into__isnull=False)
            ),
            # Search as you type on sealed names; queries never order, or the planner walks the list index instead.
            # New rows wait in a list of at most 1 MB and enter the index together: a quarter of the work of putting
            # each of twenty tokens in its place at once, for a fifth of a millisecond more of a search.
            GinIndex(
                fields=["search_tokens"],
                name="customers_customer_search",
                fastupdate=True,
                gin_pending_list_limit=1024,
            ),
            # New customers by day, for the home page.
            models.Index(fields=["created_at"], name="customers_customer_created", condition=Q(status="known")),
            # Filters of the list.
            models.Index(fields=["province", "-id"], name="customers_customer_province"),
            models.Index(fields=["country", "-id"], name="customers_customer_country"),
            models.Index(fields=["source", "-id"], name="customers_customer_source"),
            # `field: source` matches any source that ever brought the person; `field: tags` any tag.
            GinIndex(fields=["sources"], name="customers_customer_sources"),
            GinIndex(fields=["tags"], name="customers_customer_tags"),
            # Whose birthday it is, by month × 100 + day, whatever the year.
            models.Index(
                Extract("birth_date", "month") * 100 + Extract("birth_date", "day"),
                name="customers_customer_birthday",
                condition=Q(birth_date__isnull=False),
            ),
        ]

    @property
    def is_known(self) -> bool:
        """Whether this is a person staff may see in lists."""
        return self.status == Status.KNOWN
