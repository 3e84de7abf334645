"""Companies: what is known of the employers of business customers, and who of the customers belongs to which."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, OwnedModel, Placement
from customers.rules import companies as rules


class Company(Model):
    """One company, known once. Nothing here is personal but the name of a sole trader (see the privacy map)."""

    placement = Placement.SHARED

    name = models.CharField(_("name"), max_length=200)
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)  # null: only the band is known
    size = models.CharField(
        _("size"), max_length=12, blank=True, choices=[(code, code.replace("-", "–")) for code in rules.CODES]
    )
    domain = models.CharField(_("web address"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    province = models.CharField(_("province"), max_length=10, blank=True)  # ISO 3166-2
    city = models.CharField(_("city"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)  # which first told of it
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes: ClassVar[list[models.Index]] = [
            # Filters of the list, which goes by id, newest first.
            models.Index(fields=["industry", "-id"], name="customers_company_industry"),
            models.Index(fields=["size", "-id"], name="customers_company_size"),
            models.Index(fields=["province", "-id"], name="customers_company_province"),
        ]


class CompanyKey(Model):
    """What a company is recognised by: a name without its legal form, a domain, an id of another system.

    Of a name only the digest is kept; a company that absorbed another has the names of both.
    """

    placement = Placement.SHARED

    class Kind(models.TextChoices):
        NAME = "name", _("Name")
        DOMAIN = "domain", _("Web address")
        EXTERNAL = "external_id", _("Company number")

    company = models.ForeignKey(Company, models.CASCADE, related_name="keys", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    source = models.CharField(max_length=60, blank=True)  # of company numbers
    value = models.CharField(max_length=200, blank=True)  # empty for names
    digest = models.BinaryField(unique=True)  # of kind, source and value

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The keys of one company; whether any company has a domain.
            models.Index(fields=["company", "kind"], name="customers_companykey_company"),
            models.Index(fields=["kind"], name="customers_companykey_domain", condition=models.Q(kind="domain")),
        ]


class CompanyLink(OwnedModel):
    """That a customer belongs to a company, and how that is known. A customer belongs to one."""

    class How(models.TextChoices):
        STAFF = "staff", _("written down by staff")
        EXTERNAL = "external_id", _("told with the company's number")
        GROUP = "group", _("told by a group call")
        NAME = "name", _("the same company name")
        DOMAIN = "domain", _("the company's mail domain")

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    # Null: staff said that this person belongs to none, whatever the rules find.
    company = models.ForeignKey(
        Company, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, null=True
    )
    how = models.CharField(max_length=12, choices=How.choices)
    linked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer"], name="customers_companylink_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The contacts of a company, newest first.
            models.Index(fields=["company", "-id"], name="customers_companylink_company"),
        ]


class CompanySweep(Model):
    """How far everybody was looked at again since companies got new names or domains; one row while there is work."""

    placement = Placement.LOCAL

    name = models.CharField(max_length=10, unique=True, default="all")
    after = models.UUIDField(null=True)
    wanted_at = models.DateTimeField()
