"""Sources, made on first use by whoever brings facts.

Programs call a source by its key, which stands in addresses and is what external ids are unique in. People call it by
its name, in whatever script; its key is derived from that once and stays.
"""

import itertools
import unicodedata
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from cdp.core.models import Source

LONGEST_KEY, LONGEST_NAME = 60, 120
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


def key_of(name: str) -> str:
    """The key of the source that people call so: that of a source with this key or name, else a free one.

    A name of Latin letters and digits is its own key ("Web shop": web-shop). Of any other name the key is what is left
    of it, with a number: two names must not meet in the few letters they share.
    """
    text = " ".join(name.split())
    known = names()
    if text in known:
        return text
    if same := next((key for key, other in known.items() if other.casefold() == text.casefold()), ""):
        return same
    slug = slugify(text)[:LONGEST_KEY].strip("-_")
    if slug and _is_latin(text):
        return slug
    taken = {*known, *READY_MADE}
    if slug and slug not in taken:
        return slug
    stem = slug[: LONGEST_KEY - 4].strip("-_") or "source"
    return next(key for number in itertools.count(1) if (key := f"{stem}-{number}") not in taken)


def _is_latin(text: str) -> bool:
    """Whether nothing but accents and signs is lost where only Latin letters and digits are kept."""
    return all(sign.isascii() for sign in unicodedata.normalize("NFKD", text) if sign.isalnum())


def called(name: str, *, kind: str) -> Source:
    """The source that people call so, made if new. Raises UnableToUse for a name without a letter or digit."""
    text = " ".join(name.split())
    if not any(sign.isalnum() for sign in text) or len(text) > LONGEST_NAME:
        raise UnableToUse(
            _("The name of a source has 1 to %(longest)s characters, a letter or digit among them.")
            % {"longest": LONGEST_NAME}
        )
    return Source.objects.get_or_create(key=key_of(text), defaults={"name": text, "kind": kind})[0]


def open_to_pages(source: Source, origins: Sequence[str]) -> bool:
    """Let pages of these origins (scheme and host) send to `source`, which is not saved; whether that made it a source
    that only fills.

    With its first origin its write key stands in pages, where everybody can read it. What it tells of people we know
    then only fills what is empty, as at a public form (ADR 5), until an administrator chooses otherwise.
    """
    is_first = bool(origins) and not source.allowed_origins
    source.allowed_origins = list(origins)
    if not is_first or source.known_people == Source.KnownPeople.FILL:
        return False
    source.known_people = Source.KnownPeople.FILL
    return True


def shown(source: Source) -> str:
    """What staff call it."""
    return gettext(READY_MADE.get(source.key) or source.name or source.key)


def name_in(named: Mapping[str, str], key: str) -> str:
    """What staff call the source of that key; `named` are the `names()`. Ours have a name before their first use."""
    return named.get(key) or (gettext(READY_MADE[key]) if key in READY_MADE else key)


def names() -> dict[str, str]:
    """Every source by key, named as staff read it. A shop has tens of them at most."""
    named = Source.objects.values_list("key", "name")[:MOST]
    return {key: gettext(READY_MADE.get(key) or name or key) for key, name in named}
