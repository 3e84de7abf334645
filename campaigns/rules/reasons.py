"""Why a message was not sent, in plain words: one table for pages, previews and results."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    # code as it stands in the row: what staff read
    "never_asked": _("was never asked about this"),
    "denied": _("did not allow it"),
    "withdrawn": _("took the permission back"),
    "no_address": _("has no address that works"),
    "same_address": _("shares the address with somebody who gets it"),
    "bounced": _("the address bounced"),
    "bad_address": _("the address cannot be written to"),
    "unreadable": _("name or address can no longer be read"),
    "frequency_cap": _("got enough messages this week"),
    "wish_less": _("wants to hear from us less often"),
    "wish_pause": _("asked for a pause"),
    "quiet_hours": _("waits for the end of the quiet hours"),
    "came_back": _("came back before it was sent"),
    "sample_person": _("is a sample person, never written to outside"),
    "unknown": _("is not known any more"),
    "anonymous": _("is not known by name"),
    "merged": _("was merged into another person"),
    "erased": _("was erased"),
    "bucket": _("is not a person"),
    "broken_template": _("the text could not be filled in"),
    "paused": _("the campaign was paused"),
}

HOUSE_RULES: dict[str, str | Promise] = {
    "house:sample": _("House rule: sample data"),
    "house:address": _("House rule: a working primary address"),
    "house:same_address": _("House rule: one message per address"),
    "house:frequency_cap": _("House rule: messages per week"),
    "house:came_back": _("House rule: no win-back after an order"),
    "person:frequency": _("The person's wish: less often"),
    "person:pause": _("The person's wish: a pause"),
    "status": _("House rule: known customers only"),
}

CITATIONS: dict[str, str] = {
    # rule of the gate: the citation of its pack that says so
    "gdpr:consent": "eprivacy-13",
    "gdpr:objection": "gdpr-21",
    "pdpa_th:consent": "pdpa-19",
    "pdpa_th:objection": "pdpa-32",
    "pipa_kr:consent": "network-50-1",
    "pipa_kr:objection": "pipa-35",
    "pipa_kr:quiet_hours": "network-50-3",
}


def words(reason: str, *, purpose: str = "") -> str:
    """The reason as staff read it; one that is not in the table by its own words (a mail server's answer, a fault).

    `purpose`: what the campaign is for, in the reader's language, where the reason may name it.
    """
    if purpose and reason == "never_asked":
        return gettext("was never asked about “%(purpose)s”") % {"purpose": purpose}
    known = REASONS.get(reason)
    return str(known) if known else reason.replace("_", " ")
