"""Texts that people are shown, by name and time: which version held when, and what it says."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consent.models import Policy, PolicyVersion
from consent.rules import differences
from consent.rules import notices as rules

PARTS = {
    "title": _("Title"),
    "body": _("Text"),
    rules.REFUSAL: _("If you say no"),
    rules.USED_FOR: _("What the answers are used for"),
    rules.SEEN_BY: _("Who sees them"),
    rules.KEPT_FOR: _("How long they are kept"),
    rules.CHANGED: _("What changed"),
}
"""What the parts of a text are called."""


def in_force_at(wanted: Collection[tuple[str, dt.datetime]]) -> dict[tuple[str, dt.datetime], str]:
    """For each (name, time) the version that held then; nothing where none did. One small read."""
    if not wanted:
        return {}
    history: dict[str, list[tuple[dt.datetime, str]]] = defaultdict(list)
    rows = PolicyVersion.objects.filter(policy__in={name for name, _at in wanted}, published_at__isnull=False)
    for name, version, published_at in rows.order_by("published_at", "id").values_list(
        "policy", "version", "published_at"
    ):
        assert published_at is not None, "the statement asked for published ones"  # noqa: S101
        history[name].append((published_at, version))
    found = {}
    for name, at in wanted:
        held = [version for published_at, version in history[name] if published_at <= at]
        if held:
            found[name, at] = held[-1]
    return found


def versions(name: str) -> QuerySet[PolicyVersion]:
    """Every version of a text, the draft first, then the newest."""
    return PolicyVersion.objects.filter(policy=name).order_by("-published_at", "-id")


def find(name: str, version: str) -> PolicyVersion | None:
    """One version, published or not."""
    if "\x00" in version:
        return None
    return PolicyVersion.objects.filter(policy=name, version=version).first()


def newest(name: str) -> PolicyVersion | None:
    """The version published last, also one that was withdrawn."""
    return (
        PolicyVersion.objects.filter(policy=name, published_at__isnull=False).order_by("-published_at", "-id").first()
    )


def in_force(name: str, *, at: dt.datetime) -> PolicyVersion | None:
    """The version that holds at that time; None where none was published or the newest was withdrawn by then."""
    row = PolicyVersion.objects.filter(policy=name, published_at__lte=at).order_by("-published_at", "-id").first()
    return None if row is None or (row.withdrawn_at is not None and row.withdrawn_at <= at) else row


def in_force_of(names: Collection[str], *, at: dt.datetime) -> dict[str, str]:
    """The versions of these texts that hold at that time, by name; what is withdrawn is left out. One small read."""
    found: dict[str, str] = {}
    rows = PolicyVersion.objects.filter(policy__in=list(names), published_at__lte=at).order_by("published_at", "id")
    for name, version, withdrawn_at in rows.values_list("policy", "version", "withdrawn_at"):
        if withdrawn_at is not None and withdrawn_at <= at:
            found.pop(name, None)
        else:
            found[name] = version
    return found


def texts_of(version: PolicyVersion) -> dict[str, rules.Text]:
    """What a version says, by language."""
    texts = sorted(version.texts.all(), key=lambda text: text.language)
    return {text.language: rules.Text(text.title, text.body, text.parts) for text in texts}


def in_language(texts: Mapping[str, rules.Text], language: str) -> tuple[str, rules.Text] | None:
    """The text in that language, else in the base language, else in any; with the language it is in."""
    code = rules.read_instead(texts, language[:2], base=settings.LANGUAGE_CODE)
    return (code, texts[code]) if code else None


@dataclass(frozen=True)
class Disclosure:
    """What is said before the first question of a form, in one language."""

    name: str
    version: str
    language: str
    title: str
    used_for: str
    seen_by: str
    kept_for: str
    is_anonymous: bool


def disclosure(name: str, *, language: str, at: dt.datetime) -> Disclosure | None:
    """The disclosure in force, in that language if it is written in it. None closes the form."""
    row = in_force(name, at=at)
    found = in_language(texts_of(row), language) if row is not None else None
    if row is None or found is None:
        return None
    code, text = found
    shop = {"shop_name": settings.CDP_SHOP_NAME}
    parts = {key: _filled(words, shop) for key, words in text.parts.items()}
    return Disclosure(
        name=name,
        version=row.version,
        language=code,
        title=_filled(text.title, shop),
        used_for=parts.get(rules.USED_FOR, ""),
        seen_by=parts.get(rules.SEEN_BY, ""),
        kept_for=parts.get(rules.KEPT_FOR, ""),
        is_anonymous=row.is_anonymous,
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


@dataclass(frozen=True)
class Standing:
    """Where a text stands: the version in force, the draft beside it, in which languages."""

    name: str
    newest: PolicyVersion | None
    draft: PolicyVersion | None
    languages: Sequence[str]

    @property
    def is_open(self) -> bool:
        """Whether something is in force."""
        return self.newest is not None and self.newest.withdrawn_at is None

    @property
    def missing(self) -> list[str]:
        """Languages of the shop that the version in force does not speak."""
        return [code for code, _name in settings.LANGUAGES if self.newest and code not in self.languages]


def standings(*, kinds: Collection[str]) -> list[Standing]:
    """Every text of these kinds, by name: the two documents first. Bounded by what the shop writes."""
    wanted = Q()
    for kind in kinds:
        wanted |= Q(policy=kind) | Q(policy__startswith=f"{kind}.")
    by_name: dict[str, list[PolicyVersion]] = defaultdict(list)
    for row in PolicyVersion.objects.filter(wanted).order_by("-published_at", "-id").prefetch_related("texts")[:2000]:
        by_name[row.policy].append(row)
    found = []
    for name, rows in by_name.items():
        last = next((row for row in rows if row.published_at is not None), None)
        draft = next((row for row in rows if row.published_at is None), None)
        languages = sorted(text.language for text in last.texts.all()) if last else []
        found.append(Standing(name, last, draft, languages))
    order = {name: index for index, name in enumerate((*rules.DOCUMENTS, rules.PURPOSE, *rules.DISCLOSED))}
    return sorted(found, key=lambda one: (order.get(rules.kind_of(one.name), 99), one.name))


@dataclass(frozen=True)
class Change:
    """What became of one part of a text."""

    part: str
    label: object
    passages: Sequence[differences.Passage]


def changes(name: str, before: rules.Text | None, after: rules.Text | None) -> list[Change]:
    """What differs between two versions in one language, part by part; empty where nothing does."""
    old, new = before or rules.Text(), after or rules.Text()
    pairs = [("title", old.title, new.title)]
    if rules.has_body(name):
        pairs.append(("body", old.body, new.body))
    pairs += [(part, old.parts.get(part, ""), new.parts.get(part, "")) for part in rules.parts_of(name)]
    return [
        Change(part, PARTS[part], differences.passages(one, other))
        for part, one, other in pairs
        if one.strip() != other.strip()
    ]


def what_changed(version: PolicyVersion, texts: Mapping[str, rules.Text], language: str) -> str:
    """The note on what is new, in the reader's language where there is one."""
    found = in_language({code: text for code, text in texts.items() if text.parts.get(rules.CHANGED)}, language)
    return found[1].parts[rules.CHANGED] if found else version.summary


def public_path(name: str, *, language: str, version: str = "", against: str = "") -> str:
    """Where everybody reads a text; empty for what has no page of its own."""
    if name in rules.DOCUMENTS:
        path = reverse(f"consent:{name}")
    elif rules.kind_of(name) == rules.PURPOSE:
        path = reverse("consent:privacy-purpose", args=[rules.key_of(name)])
    else:
        return ""
    asked = {"lang": language, "version": version, "against": against}
    return f"{path}?{urlencode({key: value for key, value in asked.items() if value})}"


def before(version: PolicyVersion) -> PolicyVersion | None:
    """The version that held before this one was published."""
    published = versions(version.policy).filter(published_at__isnull=False)
    return (published.filter(published_at__lt=version.published_at) if version.published_at else published).first()


def label(name: str, *, purposes: Mapping[str, str], disclosed: Mapping[str, str]) -> str:
    """What a text is called for staff; `purposes` and `disclosed` are names by key of purposes and of forms."""
    if name in Policy.values:
        return str(Policy(name).label)
    kind, key = rules.kind_of(name), rules.key_of(name)
    return (purposes if kind == rules.PURPOSE else disclosed).get(key if kind == rules.PURPOSE else name, key)


def with_shop(text: rules.Text) -> rules.Text:
    """The text with the shop's name, address and e-mail in place, as the public reads it."""
    shop = {
        "shop_name": settings.CDP_SHOP_NAME,
        "shop_address": settings.CDP_SHOP_ADDRESS,
        "contact_email": settings.DEFAULT_FROM_EMAIL,
    }
    return replace(
        text,
        title=_filled(text.title, shop),
        body=_filled(text.body, shop),
        parts={key: _filled(words, shop) for key, words in text.parts.items()},
    )
