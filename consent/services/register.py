"""Keeping the register of processing activities, and drafting a policy from it."""

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import ProcessingActivity
from consent.rules import notices
from consent.rules import register as rules
from consent.selectors import packs
from consent.selectors import register as reading


class UnableToKeep(Exception):
    """The activity cannot be so; the message says why."""


def keep(
    *,
    key: str,
    texts: Mapping[str, Mapping[str, str]],
    bases: Mapping[str, str],
    is_active: bool,
    actor: Actor,
    at: dt.datetime,
) -> ProcessingActivity:
    """Write an activity, new or known, and its state of before into its history and the audit. Raises UnableToKeep."""
    wanted = {
        language: {column: words.get(column, "").strip() for column in rules.COLUMNS if words.get(column, "").strip()}
        for language, words in texts.items()
    }
    wanted = {language: words for language, words in wanted.items() if words}
    if not wanted.get(settings.LANGUAGE_CODE, {}).get("name"):
        raise UnableToKeep(
            _("Give it a name in %(language)s.")
            % {"language": _(str(dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]))}
        )
    known = {law: basis for law, basis in bases.items() if law in packs.every() and basis in rules.BASES}
    with transaction.atomic():
        row = ProcessingActivity.objects.select_for_update().filter(key=key).first()
        before = None if row is None else _state(row)
        if row is None:
            last = ProcessingActivity.objects.order_by("-position").values_list("position", flat=True).first() or 0
            row = ProcessingActivity(key=key, position=last + 1)
        row.texts, row.bases, row.is_active = wanted, known, is_active
        if before == _state(row):
            return row
        if before is not None:
            state = {**before, "until": at.isoformat(), "by": str(actor.id) if actor.id else ""}
            row.history = [state, *row.history][: rules.KEPT_STATES]
        row.changed_at = at
        row.save()
        audit.record(
            audit.Action.ACTIVITY_CHANGED,
            actor=actor,
            at=at,
            subject=key,
            details={"before": before, "after": _state(row)},
        )
    return row


def _state(row: ProcessingActivity) -> dict[str, object]:
    return {"texts": row.texts, "bases": row.bases, "is_active": row.is_active}


def policy_texts() -> dict[str, notices.Text]:
    """The privacy policy as the register would write it, in every language of the shop, for the shop's own law."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            phrases = _phrases()
            activities = [
                rules.Activity(entry.words, entry.basis_in_words)
                for entry in reading.entries(language=language)
                if entry.row.is_active
            ]
            found[language] = notices.Text(phrases.title, rules.policy_body(activities, phrases))
    return found


def _phrases() -> rules.Phrases:
    """The sentences of the language in force; `{shop_name}` and the like are filled when it is read."""
    law = packs.of_shop()
    unit = law.deadlines.answer_unit
    days = law.deadlines.answer
    time = _("%(days)s days") % {"days": days} if unit != "months" else _("one month")
    return rules.Phrases(
        title=_("Privacy policy of {shop_name}"),
        intro=_(
            "This page tells you what {shop_name} does with data about you: what, why, on what ground, who else sees "
            "it, and how long we keep it."
        ),
        who_heading=_("Who we are"),
        who=_("{shop_name}, {shop_address}, is responsible for your data."),
        labels={
            "data": pgettext("privacy policy", "What"),
            "purpose": pgettext("privacy policy", "Why"),
            "people": pgettext("privacy policy", "Of whom"),
            "recipients": pgettext("privacy policy", "Shared with"),
            "transfers": pgettext("privacy policy", "Other countries"),
            "retention": pgettext("privacy policy", "How long"),
            "safeguards": pgettext("privacy policy", "How it is protected"),
        },
        basis_label=pgettext("privacy policy", "On what ground"),
        rights_heading=_("Your rights"),
        rights=[
            _("See your data and get a copy, also in a form that machines can read."),
            _("Have it corrected or completed."),
            _("Have it deleted, as far as no law obliges us to keep it."),
            _("Have its use restricted, or object to it; to advertising at any time and without a reason."),
            _("Take back what you allowed, as easily as you allowed it. What was done before remains lawful."),
            _("Complain to the authority for data protection (%(law)s).") % {"law": _(law.name)},
            _("We answer within %(time)s.") % {"time": time},
        ],
        contact_heading=_("How to reach us"),
        contact=_("Write to {contact_email}; the person in charge of data protection reads it."),
    )
