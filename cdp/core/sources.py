"""Sources, made on first use by whoever brings facts."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.utils.translation import gettext as _

from cdp.core.models import Source

LONGEST_KEY = 60


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
