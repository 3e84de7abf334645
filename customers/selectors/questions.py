"""The next most useful thing to ask a customer, with the sentence to read aloud and the ways to answer.

One selector for the counter, the phone and public forms. What is read aloud asks and never tells: whoever is on the
line may not be the one we think. What we have is for the eyes of staff, to compare with what they hear.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language

from cdp.core import acquaintance
from customers.models import Asked, FormChoice, ProfileQuestion
from customers.rules import bands, places, profiling, provenance, settling, tags, trust
from customers.rules.people import LANGUAGES
from customers.rules.profiling import Context, Fact, Input, Item, Reply, Said, Setting, Why
from customers.rules.trust import Level, Trust
from customers.selectors import choices as offered
from customers.selectors import tongues
from customers.selectors.profiles import Contact, Kind, Profile

Choice = tuple[str, str | Promise]
PLACE = "{value}"
"""Where a sentence of earlier days had a place for what we know."""
LISTS = {"interests": FormChoice.List.INTEREST, "heard": FormChoice.List.HEARD}
OWN_NAMES = {"th": "ไทย", "ko": "한국어", "en": "English", "ja": "日本語", "zh": "中文"}
CONTACTS = {"phone": Kind.PHONE, "email": Kind.EMAIL, "line_id": Kind.LINE}


@dataclass(frozen=True, slots=True)
class Question:
    """Something worth asking now. `on_file` is what we have, in short and for staff only."""

    item: Item
    why: Why
    told_at: datetime | None
    on_file: str
    ask: Mapping[str, str]
    still: Mapping[str, str]

    @property
    def key(self) -> str:
        """Which question."""
        return self.item.key

    def sentence(self, language: str) -> str:
        """What to read aloud in that language, English where the shop wrote no other. A sentence that would tell what
        we have, as shops could write them once, gives way to the plain question.
        """
        still = _in_language(self.still, language) if self.why is Why.STALE else ""
        return still if still and PLACE not in still else _in_language(self.ask, language).replace(PLACE, "…")

    @property
    def may_confirm(self) -> bool:
        """Whether "still right" is an answer."""
        return self.why is Why.STALE

    @property
    def choices(self) -> Sequence[Choice]:
        """What to choose from; empty where the answer is typed."""
        return choices(self.item)


@dataclass(frozen=True, slots=True)
class Standing:
    """How well we know each other, and what is worth asking now, the most useful first."""

    trust: Trust
    questions: Sequence[Question]

    @property
    def next(self) -> Question | None:
        """The one to ask."""
        return self.questions[0] if self.questions else None


def standing(
    profile: Profile, *, context: Context, lineage: Sequence[uuid.UUID], now: datetime, shown: Sequence[str] = ()
) -> Standing:
    """What may be asked of somebody at that place now. `shown` are questions that the form around asks anyway."""
    said = replies(lineage)
    found = judge(profile, lineage=lineage, said=said, now=now)
    rows = {row.key: row for row in active()}
    wanted = profiling.wanted(
        [setting(row) for row in rows.values()],
        facts=facts(profile),
        said=said,
        level=found.level,
        context=context,
        since=profile.customer.created_at,
        now=now,
    )
    questions = [_question(one, rows[one.key], profile) for one in wanted if one.key not in shown]
    return Standing(found, questions)


def on_form(*, among: Collection[str], now: datetime) -> Question | None:
    """The one thing that a public form asks besides its own, `among` what it can ask (keys); None where none is left.
    The same for everybody, as a form does not know who fills it in: what it takes for trust is the name and the
    contact that stand in it, so nothing sensitive is ever asked there.
    """
    rows = {row.key: row for row in active()}
    wanted = profiling.wanted(
        [setting(row) for row in rows.values()],
        facts={},
        said={},
        level=Level.ACQUAINTED,
        context=Context.FORM,
        since=now,
        now=now,
    )
    for one in wanted:
        item = profiling.ITEMS[one.key]
        if one.key not in among:
            continue
        question = Question(item, one.why, None, "", rows[one.key].ask, rows[one.key].still)
        if question.choices or item.input not in {Input.CHOICE, Input.CHOICES}:
            return question
    return None


def named(keys: Sequence[str]) -> list[Question]:
    """These questions, as whoever has a reason of their own asks them (what members tell when they join); a sensitive
    one, and one without any answer to choose, is left out.
    """
    items = [profiling.ITEMS[key] for key in keys if key in profiling.ITEMS]
    found = [Question(item, Why.MISSING, None, "", {}, {}) for item in items if not item.is_sensitive]
    return [one for one in found if one.choices or one.item.input not in {Input.CHOICE, Input.CHOICES}]


def judge(profile: Profile, *, lineage: Sequence[uuid.UUID], said: Mapping[str, Said], now: datetime) -> Trust:
    """How well somebody and the shop know each other, from what every room knows."""
    lately = [one for one in said.values() if one.reply is Reply.DECLINED and now - one.at < profiling.DECLINED_FOR]
    reachable = [contact for contact in profile.contacts if contact.kind in CONTACTS.values()]
    evidence = trust.Evidence(
        has_name=bool(profile.name),
        has_contact=bool(reachable),
        has_verified_contact=any(contact.verified_at for contact in reachable),
        orders=acquaintance.count(acquaintance.ORDERS, lineage),
        consents=acquaintance.count(acquaintance.CONSENTS, lineage),
        refusals=len(lately),
        days=max(0, (now - profile.customer.created_at).days),
    )
    return trust.judge(evidence)


def active() -> list[ProfileQuestion]:
    """The questions in use, in the shop's order. A dozen rows."""
    return list(ProfileQuestion.objects.filter(is_active=True))


def setting(row: ProfileQuestion) -> Setting:
    """One question as the shop wants it asked."""
    return Setting(
        key=row.key,
        position=row.position,
        level=Level(min(max(row.level, Level.STRANGER), Level.TRUSTED)),
        contexts=frozenset(row.contexts),
        stale_after=timedelta(days=row.stale_after_days) if row.stale_after_days else None,
    )


def replies(lineage: Sequence[uuid.UUID]) -> dict[str, Said]:
    """The last reply to each question; where people were merged, the latest of all their records."""
    rows = Asked.objects.filter(customer_id__in=list(lineage)).order_by("at", "id")
    return {question: Said(Reply(reply), at) for question, reply, at in rows.values_list("question", "reply", "at")}


def facts(profile: Profile) -> dict[str, Fact]:
    """What is known of a person for each question, and since when."""
    row = profile.customer
    found = {key: _contact(profile.contact(kind)) for key, kind in CONTACTS.items()}
    place = profile.place
    has_place = bool(place and (place.street or place.postcode))
    found["address"] = Fact(has_place, place.created_at if place else None)
    found["name"] = Fact(bool(profile.name), row.created_at)
    for item in profiling.ITEMS.values():
        if item.key in found:
            continue
        if item.tag:
            found[item.key] = Fact(any(tag.startswith(item.tag) for tag in row.tags), row.created_at)
        else:
            found[item.key] = Fact(bool(getattr(row, item.fields[0])), _told_at(row, item.fields[0]))
    return found


def _told_at(row: Any, field: str) -> datetime:
    """When a field was told at the latest; for values from before words were kept, when the row last changed."""
    word = provenance.of(row.origins, settling.register_of(field)) if row.origins else None
    return word.at if word else row.updated_at


def _contact(contact: Contact | None) -> Fact:
    if contact is None:
        return Fact()
    told = max(at for at in (contact.created_at, contact.verified_at, contact.bounced_at) if at)
    return Fact(is_known=True, told_at=told, is_broken=contact.bounced_at is not None)


def _question(wanted: profiling.Wanted, row: ProfileQuestion, profile: Profile) -> Question:
    item = profiling.ITEMS[wanted.key]
    on_file = "" if wanted.why is Why.MISSING else _on_file(item, profile)
    return Question(item, wanted.why, wanted.told_at, on_file, row.ask, row.still)


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language[:2]) or texts.get(settings.LANGUAGE_CODE) or next(iter(texts.values()), "")


def _on_file(item: Item, profile: Profile) -> str:
    """What we have, as the screen at a counter may show it: contacts masked, of an address the town."""
    if item.key in CONTACTS:
        contact = profile.contact(CONTACTS[item.key])
        return contact.masked if contact else ""
    if item.key == "address":
        return profile.where
    if item.key == "company":
        return profile.customer.company
    if item.key == "interests":
        return ", ".join(profile.customer.interests)
    return ""


def choices(item: Item) -> Sequence[Choice]:
    """What there is to choose from for that question; empty where the answer is typed."""
    if item.key == "language":
        reader = get_language() or settings.LANGUAGE_CODE
        rest = {code: places.language_name(code, reader) for code in LANGUAGES - OWN_NAMES.keys()}
        return [*OWN_NAMES.items(), *sorted(rest.items(), key=lambda one: one[1])]
    if item.key in LISTS:
        return [*offered.offered(LISTS[item.key], get_language() or settings.LANGUAGE_CODE)]
    if item.key == "income_band":
        return [(band, bands.shown_income(band)) for band in bands.incomes(settings.CDP_CURRENCY)]
    fixed: Mapping[str, Sequence[Choice]] = {
        "chose": tuple(tags.REASONS.items()),
        "gender": bands.GENDERS,
        "children": bands.CHILDREN,
        "education": bands.EDUCATION,
        "occupation": bands.OCCUPATION,
    }
    return fixed.get(item.key, ())


def language_of(profile: Profile) -> str:
    """The language to speak to somebody in: as in letters, but that the writing of a name hints at one, too."""
    row = profile.customer
    return tongues.of_told(
        language=row.language or profile.name_language, country=row.country, phone_country=row.phone_country
    )
