"""What REST takes: the body of a customer, and the filters of lists."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from cdp.core.api.fields import MomentField, StrictSerializer
from customers.rules import people, telling
from customers.rules.people import Person, Rules

LONGEST_TEXT = 1000


class TextField(serializers.CharField):
    """A text; null or the empty text clears the field."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"required": False, "allow_null": True, "allow_blank": True, "max_length": LONGEST_TEXT} | kwargs
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Texts only: a number would have lost its leading zeros already."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WordsField(serializers.ListField):
    """A list of short texts; null or an empty list clears the field."""

    def __init__(self, **kwargs: Any) -> None:
        child = serializers.CharField(max_length=people.LONGEST_LISTED, allow_blank=False)
        super().__init__(child=child, required=False, allow_null=True, max_length=people.MOST_LISTED, **kwargs)


class CustomerBody(StrictSerializer):
    """A customer as a store tells them. What is left out stays as it is, `null` clears a field."""

    external_id = TextField(help_text=_("The customer's number at the source, see `?source=`."))
    email = TextField()
    phone = TextField(help_text=_("E.164, or as it is dialled in the shop's country or in `country`."))
    line_id = TextField()
    member_number = TextField()
    card_token = TextField(help_text=_("A token of a payment card, never its number."))
    handle = TextField(help_text=_("What the person is called on a platform, as `instagram:name`."))
    name = TextField(help_text=_("The whole name as the person writes it."))
    given_name = TextField()
    family_name = TextField()
    gender = TextField(help_text="female, male, other")
    birth_date = TextField(help_text=_("YYYY-MM-DD"))
    language = TextField(help_text="ISO 639-1")
    nationality = TextField(help_text=_("ISO 3166-1 code or name"))
    country = TextField(help_text=_("ISO 3166-1 code or name"))
    province = TextField(help_text=_("ISO 3166-2 code or name"))
    city = TextField()
    postcode = TextField()
    street = TextField()
    company = TextField()
    job_title = TextField()
    income_band = TextField()
    occupation = TextField()
    education = TextField()
    children = TextField()
    interests = WordsField()
    tags = WordsField()
    self = serializers.BooleanField(
        required=False,
        help_text=_(
            "The person acts in their own name: somebody who was erased, and whose identifiers are refused otherwise,"
            " comes back."
        ),
    )
    created_at = MomentField(required=False, allow_null=True, help_text=_("Since when the person is a customer."))

    def to_internal_value(self, data: Any) -> Any:
        """The members; when one of them is refused, what cannot be read of the others is told with it."""
        try:
            return super().to_internal_value(data)
        except ValidationError as error:
            if not isinstance(data, dict) or not isinstance(error.detail, dict):
                raise
            refused = error.detail
            rest = {name: value for name, value in data.items() if name in self.fields and name not in refused}
            _person, faults = self._read(super().to_internal_value(rest))
            raise ValidationError({**refused, **faults}) from error

    def person(self) -> Person:
        """The standardised person of a valid body; values that cannot be read are a 422 with their pointers.

        `country` in the context is where the person is known to live.
        """
        person, faults = self._read(self.validated_data)
        if faults:
            raise ValidationError(faults)
        person.created_at = self.validated_data.get("created_at")
        return person

    def _read(self, members: Mapping[str, Any]) -> tuple[Person, dict[str, list[str]]]:
        """The person that valid members tell, and what cannot be read of it by field."""
        told = {name: value for name, value in members.items() if name not in {"self", "created_at"}}
        person, faults = telling.read(told, rules(), country=self.context.get("country", ""))
        return person, {fault.field: [str(fault.problem.reason)] for fault in faults}

    @property
    def is_self(self) -> bool:
        """Whether the person acts."""
        return bool(self.validated_data.get("self", False))


def rules() -> Rules:
    """How values are read here and today; dates come in ISO order, so nothing is ambiguous."""
    return Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate(), dayfirst=None)


Q = _("The beginning of a name, an exact identifier, or the last four or more digits of a phone number.")


class Lookup(StrictSerializer):
    """The filters of the list in a body, where no log of any proxy sees them. All given must hold."""

    email = serializers.CharField(required=False, max_length=LONGEST_TEXT)
    phone = serializers.CharField(required=False, max_length=LONGEST_TEXT)
    external_id = serializers.CharField(required=False, max_length=LONGEST_TEXT)
    q = serializers.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        help_text=Q,
    )
    segment = serializers.CharField(required=False, max_length=60, help_text=_("The key of a segment."))
    source = serializers.CharField(  # type: ignore[assignment]
        required=False,
        max_length=60,
        help_text=_("With `external_id`: whose number it is; alone: who ever brought the person."),
    )
