"""Writing, publishing and closing the texts that people are shown: policy, terms, purposes, disclosures of forms.

A text has at most one draft. What is published is final at every door: here, in the admin and in the database; an
attempt is refused and written down.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import PolicyText, PolicyVersion, Purpose
from consent.rules import notices as rules
from consent.selectors import notices
from consent.services import reconsent
from consent.services.purposes import BY_DAY, NIGHT


class UnableToPublish(Exception):
    """The version was published before, or lacks text; the message says which."""


class UnableToChange(Exception):
    """What is published is final."""


class UnableToWithdraw(Exception):
    """There is nothing in force that could be closed, or it must not be."""


def begin(*, name: str, actor: Actor, at: dt.datetime) -> PolicyVersion:
    """The draft of a text: the one that is open, or a new one with the words that hold now."""
    with transaction.atomic():
        versions = list(PolicyVersion.objects.select_for_update().filter(policy=name))
        if draft := next((one for one in versions if one.published_at is None), None):
            return draft
        draft = PolicyVersion.objects.create(policy=name, version=rules.next_version([one.version for one in versions]))
        newest = notices.newest(name)
        if newest is not None:
            draft.is_anonymous = newest.is_anonymous
            draft.save(update_fields=["is_anonymous"])
            _write(draft, {key: _fresh(text) for key, text in notices.texts_of(newest).items()})
        _note(audit.Action.POLICY_DRAFTED, draft, actor=actor, at=at)
    return draft


def save(
    *,
    version: PolicyVersion,
    texts: Mapping[str, rules.Text],
    actor: Actor,
    at: dt.datetime,
    is_anonymous: bool = False,
) -> PolicyVersion:
    """Write the words of a draft, a language that is left empty away. Raises UnableToChange."""
    with transaction.atomic():
        row = PolicyVersion.objects.select_for_update().filter(id=version.id).first()
        if row is not None and row.published_at is None:
            row.texts.all().delete()
            _write(row, {language: text for language, text in texts.items() if not text.is_empty})
            row.is_anonymous = is_anonymous and rules.kind_of(row.policy) in rules.DISCLOSED
            row.save(update_fields=["is_anonymous"])
            _note(audit.Action.POLICY_DRAFTED, row, actor=actor, at=at, languages=sorted(texts))
            return row
    refused(version=version, way="page", actor=actor, at=at)
    raise UnableToChange(_("This version is published and stays as it is. Write a new version instead."))


def discard(*, version: PolicyVersion, actor: Actor, at: dt.datetime) -> None:
    """Throw a draft away. Raises UnableToChange."""
    with transaction.atomic():
        row = PolicyVersion.objects.select_for_update().filter(id=version.id).first()
        if row is None:
            return
        if row.published_at is None:
            _note(audit.Action.POLICY_DISCARDED, row, actor=actor, at=at)
            row.delete()
            return
    refused(version=version, way="page", actor=actor, at=at)
    raise UnableToChange(_("This version is published and stays as it is. Write a new version instead."))


def refused(*, version: PolicyVersion, way: str, actor: Actor, at: dt.datetime) -> None:
    """Write down that somebody tried to change what is published, and by which door."""
    _note(audit.Action.POLICY_CHANGE_REFUSED, version, actor=actor, at=at, way=way)


def publish(
    *,
    version: PolicyVersion,
    actor: Actor,
    at: dt.datetime,
    turns_meaning: bool = False,
    concerns: Sequence[str] = (),
    is_announced: bool = False,
    shown_instead: Collection[str] = (),
) -> PolicyVersion:
    """Put the version in force; from then on the database refuses to change it. Raises UnableToPublish.

    With `turns_meaning` a purpose begins anew at this moment: an older "yes" counts no more, and whoever gave one is
    asked again. A document says by `concerns` for which purposes that holds; with `is_announced` those whom it concerns
    are told, or everybody known where it concerns no purpose.

    Where a meaning turns, and in front of every form, nobody may be left with words of yesterday: each language of the
    shop is written, or named in `shown_instead`, and the version keeps which other text its readers are shown. What
    turns a meaning also says in every language what changed, since those who are asked again read that first.
    """
    with transaction.atomic():
        row = PolicyVersion.objects.select_for_update().get(id=version.id)
        texts, kind = notices.texts_of(row), rules.kind_of(row.policy)
        turned, instead = _read(row, texts, turns_meaning=turns_meaning, concerns=concerns, shown_instead=shown_instead)
        asked = list(Purpose.objects.select_for_update().filter(key__in=turned).order_by("key"))
        PolicyVersion.objects.filter(id=row.id).update(
            published_at=at,
            turns_meaning=turns_meaning and kind == rules.PURPOSE,
            concerns=[purpose.key for purpose in asked] if row.policy in rules.DOCUMENTS else [],
            is_announced=is_announced,
            shown_instead=instead,
        )
        if kind == rules.PURPOSE:
            _put_in_force(rules.key_of(row.policy), texts)
        Purpose.objects.filter(key__in=[purpose.key for purpose in asked]).update(meaning_since=at)
        _note(
            audit.Action.POLICY_PUBLISHED,
            row,
            actor=actor,
            at=at,
            languages=sorted(texts),
            shown_instead=instead,
            asked_again=[purpose.key for purpose in asked],
        )
        reconsent.begin(
            version=row, purposes=[purpose.key for purpose in asked], is_announced=is_announced, actor=actor, at=at
        )
    row.refresh_from_db()
    return row


def turned_by(
    *, version: PolicyVersion, turns_meaning: bool, concerns: Sequence[str], shown_instead: Collection[str]
) -> list[str]:
    """The purposes whose meaning would turn if the version were published so. Raises UnableToPublish."""
    texts = notices.texts_of(version)
    return _read(version, texts, turns_meaning=turns_meaning, concerns=concerns, shown_instead=shown_instead)[0]


def _read(
    row: PolicyVersion,
    texts: dict[str, rules.Text],
    *,
    turns_meaning: bool,
    concerns: Sequence[str],
    shown_instead: Collection[str],
) -> tuple[list[str], dict[str, str]]:
    """Whose meaning turns, and which text readers of a language see instead of theirs. Raises UnableToPublish."""
    if row.published_at is not None:
        raise UnableToPublish(_("This version was published before."))
    _check(row.policy, texts)
    kind = rules.kind_of(row.policy)
    if kind == rules.PURPOSE:
        turned = [rules.key_of(row.policy)] if turns_meaning else []
    else:
        turned = sorted(set(concerns)) if row.policy in rules.DOCUMENTS else []
    if BY_DAY in turned and NIGHT not in turned:
        # The hours are a permission for what was meant by day: one of before counts no more than that.
        turned = sorted([*turned, NIGHT])
    instead = _instead(texts, shown_instead, is_owed=bool(turned) or kind in rules.DISCLOSED)
    if turned:
        _check_note(texts)
    return turned, instead


def withdraw(*, name: str, actor: Actor, at: dt.datetime) -> PolicyVersion:
    """Close a form by taking its disclosure out of force. Raises UnableToWithdraw."""
    with transaction.atomic():
        row = notices.in_force(name, at=at)
        if row is None or rules.kind_of(name) not in rules.DISCLOSED:
            raise UnableToWithdraw(_("There is nothing in force that could be closed."))
        PolicyVersion.objects.filter(id=row.id).update(withdrawn_at=at)
        _note(audit.Action.POLICY_WITHDRAWN, row, actor=actor, at=at)
    row.refresh_from_db()
    return row


def _check(name: str, texts: Mapping[str, rules.Text]) -> None:
    """Complete in the base language; in others complete or not there at all."""
    if not texts:
        raise UnableToPublish(_("A version needs a text in at least one language."))
    base = settings.LANGUAGE_CODE
    if rules.kind_of(name) not in rules.DOCUMENTS and base not in texts:
        raise UnableToPublish(
            _("The text in %(language)s is missing.") % {"language": _(str(dict(settings.LANGUAGES)[base]))}
        )
    known = dict(settings.LANGUAGES)
    for language, text in texts.items():
        if rules.missing(name, text):
            raise UnableToPublish(
                _("The text in %(language)s is not complete.") % {"language": _(str(known.get(language, language)))}
            )


def _instead(texts: Mapping[str, rules.Text], agreed: Collection[str], *, is_owed: bool) -> dict[str, str]:
    """What readers of the languages that are not written are shown; where it is owed, only as far as was agreed."""
    found = {}
    for language, name in settings.LANGUAGES:
        if language in texts:
            continue
        if is_owed and language not in agreed:
            raise UnableToPublish(
                _("The text in %(language)s is missing. Write it, or say that its readers are shown another language.")
                % {"language": _(str(name))}
            )
        found[language] = rules.read_instead(texts, language, base=settings.LANGUAGE_CODE)
    return found


def _check_note(texts: Mapping[str, rules.Text]) -> None:
    for language in rules.without_note(texts):
        name = dict(settings.LANGUAGES).get(language, language)
        raise UnableToPublish(
            _("Say in %(language)s what changed: those who are asked again read it first.") % {"language": _(str(name))}
        )


def _put_in_force(key: str, texts: Mapping[str, rules.Text]) -> None:
    Purpose.objects.filter(key=key).update(
        name={language: text.title for language, text in texts.items()},
        description={language: text.body for language, text in texts.items()},
    )


def _fresh(text: rules.Text) -> rules.Text:
    """The words of a new draft: what changed in the last version did not change in this one."""
    return rules.Text(text.title, text.body, {key: part for key, part in text.parts.items() if key != rules.CHANGED})


def _write(version: PolicyVersion, texts: Mapping[str, rules.Text]) -> None:
    PolicyText.objects.bulk_create(
        [
            PolicyText(
                version=version, language=language, title=text.title.strip(), body=text.body, parts=dict(text.parts)
            )
            for language, text in texts.items()
        ]
    )


def _note(action: audit.Action, version: PolicyVersion, *, actor: Actor, at: dt.datetime, **details: object) -> None:
    audit.record(
        action,
        actor=actor,
        at=at,
        subject=version.id,
        details={"policy": version.policy, "version": version.version, **details},
    )
