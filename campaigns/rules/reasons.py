"""Why a message was not sent, in plain words: what the gate says, and what only messages know."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.rules import reasons as gate

REASONS: dict[str, str | Promise] = {
    # code as it stands in the row: what staff read
    **gate.REASONS,
    "no_address": _("has no address that works"),
    "same_address": _("shares the address with somebody who gets it"),
    "bounced": _("the address bounced"),
    "bad_address": _("the address cannot be written to"),
    "unreadable": _("name or address can no longer be read"),
    "frequency_cap": _("got enough messages this week"),
    "wish_less": _("wants to hear from us less often"),
    "wish_pause": _("asked for a pause"),
    "came_back": _("came back before it was sent"),
    "points_kept": _("has no such points any more that would end"),
    "sample_person": _("is a sample person, never written to outside"),
    "broken_template": _("the text could not be filled in"),
    "paused": _("the campaign was paused"),
    "purpose_changed": _("was planned before the campaign changed its purpose"),
}

ENDED = _("gave a permission that had ended by then")

HOUSE_RULES: dict[str, str | Promise] = {
    "house:sample": _("House rule: sample data"),
    "house:address": _("House rule: a working primary address"),
    "house:same_address": _("House rule: one message per address"),
    "house:frequency_cap": _("House rule: messages per week"),
    "house:purpose": _("House rule: asked for this purpose, sent for this purpose"),
    "house:came_back": _("House rule: no win-back after an order"),
    "house:points_kept": _("House rule: only of points that still end"),
    "person:frequency": _("The person's wish: less often"),
    "person:pause": _("The person's wish: a pause"),
}


def words(reason: str, *, purpose: str = "") -> str:
    """The reason as staff read it; one that is not in the table by its own words (a mail server's answer, a fault).

    `purpose`: what the campaign is for, in the reader's language, where the reason may name it.
    """
    known = REASONS.get(reason)
    return str(known) if known and reason not in gate.REASONS else gate.words(reason, purpose=purpose)


def of_then(reason: str) -> str:
    """The reason as it was written into a message, maybe before the gate told a permission that ran out from one whose
    meaning changed or that a guardian gave: of a permission that ended it says no more than that.
    """
    return str(ENDED) if reason == "expired" else words(reason)
