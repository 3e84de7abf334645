"""What somebody is asked again: the old and the new words of each purpose, and the ways they once allowed.

Shown are always the words in force now, also where a newer version came after the one that the link is about: what is
answered must be what stood there.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.models import ConsentState, PolicyVersion
from consent.rules import notices as rules
from consent.rules.gate import EXPIRED
from consent.rules.ledger import YES
from consent.rules.preferences import Option
from consent.selectors import asking, centre, ledger, notices
from customers.models import Customer
from customers.selectors import lineage


@dataclass(frozen=True)
class Question:
    """One purpose: its words now and before, in the language they are written in, and what is asked about it.

    `options` are the ways whose permission ended, as they would be allowed again; empty once it is answered, when
    `is_allowed` says what holds. `words` are what a record keeps, by the name of the option.
    """

    key: str
    language: str
    new: rules.Text
    old: rules.Text | None
    old_version: str
    changed: str
    changes: Sequence[notices.Change]
    versions: Mapping[str, str]
    options: Sequence[Option]
    ways: Sequence[str]
    words: Mapping[str, str]
    is_allowed: bool
    needs_guardian: bool

    @property
    def shown(self) -> str:
        """The version of its words that stands on the page."""
        return self.versions[rules.of_purpose(self.key)]


@dataclass(frozen=True)
class Review:
    """All that somebody is asked because of a version; `changed` is what its own text says of itself."""

    person: Customer
    version: PolicyVersion
    changed: str
    questions: Sequence[Question]

    @property
    def is_answered(self) -> bool:
        """Whether nothing is left to say."""
        return not any(question.options for question in self.questions)


def of(customer: uuid.UUID, version_id: uuid.UUID, *, language: str, now: dt.datetime) -> Review | None:
    """What that person is asked because of that version; None where either is not there any more."""
    version = PolicyVersion.objects.filter(id=version_id, published_at__isnull=False).first()
    found = centre.of(customer, language=language, now=now) if version is not None else None
    if version is None or version.published_at is None or found is None:
        return None
    turned = asking.turned_by(version)
    groups = {group.key: group for group in found.groups if group.key in turned}
    ended = _ended(found.person.id, turned, since=version.published_at)
    questions = []
    for key, group in groups.items():
        options = [one for one in found.options if one.purpose == key and (key, one.channel) in ended]
        labels = {box.name: box.label for box in group.options}
        question = _question(
            key,
            found,
            options,
            [str(labels[one.name]) for one in options if one.channel != "any"],
            version=version,
            language=language,
            now=now,
        )
        if question is not None:
            questions.append(question)
    return Review(
        person=found.person,
        version=version,
        changed=notices.what_changed(version, notices.texts_of(version), language),
        questions=questions,
    )


def _ended(customer: uuid.UUID, purposes: Sequence[str], *, since: dt.datetime) -> set[tuple[str, str]]:
    """Where a permission ended with the version and nothing was said after it; also before the job has come by."""
    states = ConsentState.objects.filter(customer_id=customer, purpose__in=list(purposes))
    return {
        (state.purpose, state.channel)
        for state in states
        if (state.is_granted and state.at < since) or (state.status == EXPIRED and state.at >= since)
    }


def _question(
    key: str,
    found: centre.Centre,
    options: Sequence[Option],
    ways: Sequence[str],
    *,
    version: PolicyVersion,
    language: str,
    now: dt.datetime,
) -> Question | None:
    name = rules.of_purpose(key)
    current = notices.in_force(name, at=now)
    spoken = notices.in_language(notices.texts_of(current), language) if current is not None else None
    if current is None or spoken is None:
        return None
    code, new = spoken
    new = notices.with_shop(new)
    before = _allowed_under(found.person.id, name, current)
    texts = notices.texts_of(before) if before is not None else {}
    old = notices.with_shop(texts[code]) if code in texts else None
    return Question(
        key=key,
        language=code,
        new=new,
        old=old,
        old_version=before.version if before is not None else "",
        changed=notices.what_changed(current, notices.texts_of(current), language),
        changes=notices.changes(name, old, new) if old is not None else [],
        versions={name: current.version, version.policy: _own(version, current)},
        options=[Option(one.purpose, one.channel, is_on=True) for one in options],
        ways=ways,
        words={one.name: f"{new.title}\n{new.body}" for one in options},
        is_allowed=any(one.is_on for one in found.options if one.purpose == key),
        needs_guardian=key in found.needs_guardian,
    )


def _own(version: PolicyVersion, current: PolicyVersion) -> str:
    return current.version if version.policy == current.policy else version.version


def _allowed_under(customer: uuid.UUID, name: str, current: PolicyVersion) -> PolicyVersion | None:
    """The words under which they last said yes, else the ones before those in force now."""
    said = (
        ledger.history(lineage.of(customer))
        .filter(purpose=rules.key_of(name), status__in=YES)
        .exclude(purpose_version__in=["", current.version])
        .values_list("purpose_version", flat=True)
        .first()
    )
    if said and (found := notices.find(name, said)) is not None and found.published_at is not None:
        return found
    return notices.versions(name).filter(published_at__lt=current.published_at).first()
