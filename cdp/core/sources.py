"""Sources, made on first use by whoever brings facts."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from cdp.core.models import Source

LONGEST_KEY = 60
MOST = 500
READY_MADE = {
    "kiosk": gettext_noop("Tablet in the shop"),
    "preorder": gettext_noop("Pre-order form"),
    "qr-counter": gettext_noop("QR code at the counter"),
    "sample": gettext_noop("Sample shop"),
    "signup": gettext_noop("Sign-up form"),
    "staff": gettext_noop("Staff"),
    "counter": gettext_noop("Counter"),
    "phone": gettext_noop("Calls"),
    "warranty": gettext_noop("Warranty form"),
}
"""Names of sources that this product makes by itself; shops name the others."""


class UnableToUse(Exception):
    """That text cannot be the key of a source; the message says why."""


def check(key: str) -> None:
    """Raises UnableToUse for a text that cannot be a key."""
    try:
        validate_slug(key)
        MaxLengthValidator(LONGEST_KEY)(key)
    except ValidationError as problem:
        raise UnableToUse(
            _("The key of a source has 1 to 60 Latin letters, digits, hyphens and underscores.")
        ) from problem


def ensure(key: str, *, kind: str = Source.Kind.API) -> Source:
    """The source of that key, made if new. Raises UnableToUse."""
    check(key)
    return Source.objects.get_or_create(key=key, defaults={"name": key, "kind": kind})[0]


def names() -> dict[str, str]:
    """Every source by key, named as staff read it. A shop has tens of them at most."""
    named = Source.objects.values_list("key", "name")[:MOST]
    return {key: gettext(READY_MADE.get(key) or name or key) for key, name in named}
