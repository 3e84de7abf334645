"""Why something may not happen to a person, in plain words: the one table for every room, page and file."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, str | Promise] = {
    # reason of the gate: what staff read behind a person's name
    "never_asked": _("was never asked about this"),
    "denied": _("did not allow it"),
    "withdrawn": _("took the permission back"),
    "expired": _("gave a permission that is too old by now"),
    "outdated": _("allowed it before its meaning changed, and has not answered anew"),
    "grown": _("had a guardian's permission, decides alone by now, and has not answered"),
    "restricted": _("asked for a restriction: data may not be used for now"),
    "suppressed": _("has an address that no longer takes anything"),
    "no_address": _("has no address for this channel"),
    "child": _("is a child, and no guardian agreed"),
    "quiet_hours": _("waits for the end of the quiet hours"),
    "unknown": _("is not known any more"),
    "anonymous": _("is not known by name"),
    "merged": _("was merged into another person"),
    "erased": _("was erased"),
    "bucket": _("is not a person"),
}

RULES: Mapping[str, str | Promise] = {
    # rules of the house; those of a law are told by its citation
    "status": _("House rule: known customers only"),
    "house:closed_address": _("House rule: nothing to an address that bounced or complained"),
    "house:stop_notice": _("House rule: who was told of somebody learns of an erasure or a “no”"),
    "house:no_person": _("House rule: about nobody in particular"),
}


def words(reason: str, *, purpose: str = "") -> str:
    """The reason as staff read it; one that is not in the table by its own words.

    `purpose`: what it is about, in the reader's language, where the reason may name it.
    """
    if purpose and reason == "never_asked":
        return gettext("was never asked about “%(purpose)s”") % {"purpose": purpose}
    known = REASONS.get(reason)
    return str(known) if known else reason.replace("_", " ")
