"""Sources, made on first use by whoever brings facts.

Programs call a source by its key, which stands in addresses and is what external ids are unique in. People call it by
its name, in whatever script; its key is derived from that once and stays.
"""

import itertools
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext as _

from cdp.core.models import Source

LONGEST_KEY, LONGEST_NAME = 60, 120
MOST = 500
READY_MADE = {
    "feedback": gettext_noop("Review form"),
    "import": gettext_noop("Imported file"),
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


def known(name: str) -> str:
    """The key of the source that people mean by this text, ours among them: as it is offered, by its name or by its
    key; empty for a new one. Raises UnableToUse where more than one can be meant: strangers who have the same number
    there would become one person.
    """
    text, offered = _spaced(name), labels()
    folded = text.casefold()
    if chosen := next((key for key, label in offered.items() if label.casefold() == folded), ""):
        return chosen
    called_so = {key for key, other in names().items() if other.casefold() == folded}
    meant = sorted(called_so | ({text} & offered.keys()))
    if len(meant) > 1:
        told = ", ".join(offered[key] for key in meant)
        raise UnableToUse(_("This can be more than one source. Write which of them: %(sources)s.") % {"sources": told})
    if meant:
        return meant[0]
    plain = folded.replace(" ", "-")
    if offered.get(plain) == plain:  # made by a program and never named
        return plain
    return _ours(folded)


def key_of(name: str) -> str:
    """The key of the source that people call so: that of a `known` one, else a free one. Raises UnableToUse.

    A name of Latin letters and digits is its own key ("Web shop": web-shop). Of any other name the key is what is left
    of it, with a number where that is taken: two names must not meet in the few letters they share.
    """
    return known(name) or _free(_spaced(name))


def _spaced(name: str) -> str:
    """A name as it is kept: one blank between words."""
    return " ".join(name.split())


def _slug(text: str) -> str:
    """The key that a name would have if nobody had it; empty where no Latin letter or digit is left."""
    return slugify(text)[:LONGEST_KEY].strip("-_")


def _free(text: str) -> str:
    slug = _slug(text)
    stem = slug[: LONGEST_KEY - 4].strip("-_") or "source"
    taken = {*Source.objects.filter(key__startswith=stem).values_list("key", flat=True), *READY_MADE}
    if slug and slug not in taken:
        return slug
    return next(key for number in itertools.count(1) if (key := f"{stem}-{number}") not in taken)


def is_taken(name: str, *, besides: str = "") -> bool:
    """Whether another source than that of the key `besides`, or one that this product makes, has this name or the key
    that would come of it.
    """
    text = _spaced(name)
    folded, slug = text.casefold(), _slug(text) if _is_latin(text) else ""
    if _ours(folded) not in {"", besides}:
        return True
    return any(
        folded in {key.casefold(), other.casefold()} or slug == key for key, other in names().items() if key != besides
    )


def _ours(folded: str) -> str:
    """The key of the source of ours that is called so in any language; empty for none."""
    plain = folded.replace(" ", "-")
    if plain in READY_MADE:
        return plain
    for language, _name in settings.LANGUAGES:
        with override(language):
            for key, label in READY_MADE.items():
                if gettext(label).casefold() == folded:
                    return key
    return ""


def _is_latin(text: str) -> bool:
    """Whether nothing but accents and signs is lost where only Latin letters and digits are kept."""
    return all(sign.isascii() for sign in unicodedata.normalize("NFKD", text) if sign.isalnum())


def called(name: str, *, kind: str) -> Source:
    """The source that people call so, made if new. Raises UnableToUse for a name without a letter or digit, and where
    more than one can be meant.
    """
    text = _spaced(name)
    while True:
        there = known(text)
        if not there and (not any(sign.isalnum() for sign in text) or len(text) > LONGEST_NAME):
            raise UnableToUse(
                _("The name of a source has 1 to %(longest)s characters, a letter or digit among them.")
                % {"longest": LONGEST_NAME}
            )
        made = {"name": text[:LONGEST_NAME], "kind": kind}
        source, is_new = Source.objects.get_or_create(key=there or _free(text), defaults=made)
        if there or is_new:  # else somebody has taken that key for another name meanwhile
            return source


def open_to_pages(source: Source, origins: Sequence[str]) -> bool:
    """Let pages of these origins (scheme and host) send to `source`, which is not saved; whether that made it a source
    that only fills.

    With its first origin its write key stands in pages, where everybody can read it. What it tells of people we know
    then only fills what is empty, as at a public form (ADR 5), until an owner chooses otherwise.
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
    named = Source.objects.order_by("key").values_list("key", "name")[:MOST]
    return {key: gettext(READY_MADE[key]) if key in READY_MADE else name or key for key, name in named}


def labels() -> dict[str, str]:
    """Every source by key as it is offered to be chosen: by its name, with its key where others are called so."""
    named = names()
    often = Counter([name.casefold() for name in named.values()])
    keys = {key.casefold(): key for key in named}
    return {
        key: name if often[name.casefold()] == 1 and keys.get(name.casefold(), key) == key else f"{name} ({key})"
        for key, name in named.items()
    }
