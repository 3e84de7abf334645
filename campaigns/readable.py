"""How messages of campaigns read to the person who got them."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.rules import reasons
from cdp.core import readable
from cdp.core.readable import Reading
from consent.models import Channel
from consent.selectors import purposes

KINDS = {
    "sent": _("sent"),
    "delivered": _("delivered"),
    "opened": _("opened"),
    "clicked": _("a link was opened"),
    "bounced": _("came back"),
    "failed": _("could not be sent"),
    "suppressed": _("not sent"),
    "unsubscribed": _("unsubscribed"),
    "complained": _("marked as unwanted"),
}
"""What becomes of a message, in words for the person."""


def _channels() -> dict[str, object]:
    return {str(channel): channel.label for channel in Channel}


readable.declare(
    "campaigns.Message",
    Reading(
        _("Messages of ours that were planned for you"),
        {
            "planned_at": _("Planned"),
            "channel": _("Way"),
            "purpose": _("What for"),
            "state": _("What became of it"),
            "reason": _("Reason"),
            "sent_at": _("Sent"),
        },
        newest="planned_at",
        names={"channel": _channels, "purpose": lambda: purposes.names(get_language() or "en")},
        told={"reason": lambda row: reasons.of_then(row["reason"]) if row["reason"] else ""},
    ),
)
readable.declare(
    "campaigns.MessageEvent",
    Reading(
        _("What became of messages"),
        {"at": _("When"), "kind": _("What happened"), "detail": _("More about it")},
        newest="at",
        names={"kind": lambda: KINDS},
        told={"detail": lambda row: reasons.of_then(row["detail"]) if row["detail"] else ""},
    ),
)
