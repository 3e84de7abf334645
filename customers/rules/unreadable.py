"""Why something about a person could not be taken as it was written. Rules raise codes, doors show the sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core.files import problems

REASONS: Mapping[str, str | Promise] = {
    **problems.REASONS,
    # phones
    "not_a_phone": _("This is not a phone number."),
    "phone_without_country": _("Write the phone number with its country code, like +66 81 234 5678."),
    "phone_too_short": _("This phone number is too short."),
    "phone_too_long": _("This phone number is too long."),
    "phone_not_in_use": _("This phone number does not exist. Please check the digits and the country."),
    "phone_digits_lost": _("A spreadsheet shortened this phone number; its last digits are lost."),
    # e-mail addresses
    "not_an_email": _("This is not an e-mail address."),
    "email_local_part": _("The part before the @ of this e-mail address is not right."),
    "email_domain": _("The part after the @ of this e-mail address is not right."),
    # names
    "not_a_name": _("This is not a name."),
    "name_too_long": _("This name is too long."),
    # dates of birth
    "in_the_future": _("This date lies in the future."),
    "too_old": _("This date lies more than 120 years back."),
    # places
    "unknown_country": _("This country is not known."),
    "unknown_province": _("This province or state is not known."),
    "not_a_postcode": _("This postcode does not belong to the country of the address."),
    "old_postcode": _("This is one of Korea's six-digit postcodes of before 2015; today they have five digits."),
    "postcode_elsewhere": _("This postcode belongs to another province or district; both were kept as they are."),
    # companies
    "not_a_domain": _("This is no web address."),
    # other fields
    "too_long": _("This text is too long."),
    "unknown_choice": _("This choice is not known."),
    "unknown_language": _("This language is not known; use a code such as th, ko or en."),
    # identifiers
    "placeholder": _("This stands for “nobody”; it does not identify a person."),
    "control_characters": _("This has characters that cannot be shown."),
    "identifier_too_long": _("This identifier is longer than 200 characters."),
    "card_number": _("This looks like a full card number. Only a token of it may be kept."),
    "needs_guardian": _("This is a child by the law of their country: a guardian has to allow it."),
    "suppressed": _("This person was erased at their own wish; only they themselves can come back."),
    "unknown_platform": _(
        "This platform is not known. Write for example facebook, instagram, tiktok, x, youtube or line."
    ),
    "not_a_handle": _("This is not the name of an account on that platform."),
    "unknown_kind": _("This kind of identifier is not known."),
}


class Unreadable(problems.ValueProblem):
    """A value about a person that cannot be read. `code` is for programs, `reason` the sentence for people."""

    reasons: ClassVar[Mapping[str, str | Promise]] = REASONS
