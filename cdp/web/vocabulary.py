"""How states and kinds look: one tone and one word for each, so that "failed" is never red here and grey there."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Look(NamedTuple):
    """A tone of the design language (`neutral, accent, success, warning, danger, info`) and the word for it."""

    tone: str
    label: str | Promise


STATUSES: dict[str, Look] = {
    "draft": Look("neutral", _("Draft")),
    "waiting": Look("neutral", _("Waiting")),
    "queued": Look("neutral", _("Waiting")),
    "scheduled": Look("info", _("Scheduled")),
    "planned": Look("info", _("Waiting")),
    "deferred": Look("info", _("Deferred")),
    "running": Look("accent", _("Running")),
    "active": Look("success", _("Active")),
    "paused": Look("warning", _("Paused")),
    "done": Look("success", _("Done")),
    "checked": Look("warning", _("Checked")),
    "undone": Look("warning", _("Undone")),
    "finished": Look("neutral", _("Finished")),
    "failed": Look("danger", _("Failed")),
    "cancelled": Look("neutral", _("Cancelled")),
    "archived": Look("neutral", _("Archived")),
    "expired": Look("neutral", _("Expired")),
    "open": Look("info", _("Open")),
    "closed": Look("neutral", _("Closed")),
    "overdue": Look("danger", _("Overdue")),
    # messages
    "sending": Look("info", _("Sending")),
    "sent": Look("success", _("Sent")),
    "delivered": Look("success", _("Delivered")),
    "opened": Look("success", _("Opened")),
    "clicked": Look("success", _("Clicked")),
    "bounced": Look("danger", _("Bounced")),
    "complained": Look("danger", _("Marked as spam")),
    "suppressed": Look("warning", _("Held back")),
    # consent
    "granted": Look("success", _("Allowed")),
    "allowed": Look("success", _("Allowed")),
    "denied": Look("danger", _("Not allowed")),
    "withdrawn": Look("danger", _("Withdrawn")),
    "pending": Look("warning", _("To be confirmed")),
    "none": Look("neutral", _("Never asked")),
    "unneeded": Look("neutral", _("Needs no consent")),
    # orders
    "paid": Look("success", _("Paid")),
    "fulfilled": Look("success", _("Delivered")),
    "sold": Look("success", _("Bought in the shop")),  # fulfilled, where nothing is delivered
    "completed": Look("success", _("Completed")),
    "processing": Look("info", _("In progress")),
    "refunded": Look("warning", _("Refunded")),
    "partially_refunded": Look("warning", _("Partly refunded")),
    "voided": Look("neutral", _("Voided")),
    # pre-orders and warranties
    "confirmed": Look("info", _("Confirmed")),
    "ready": Look("accent", _("Ready")),
    "collected": Look("success", _("Handed over")),
    "registered": Look("success", _("Registered")),
    "claimed": Look("warning", _("Claimed")),
    # leads
    "new": Look("info", pgettext_lazy("lead", "New")),
    "contacted": Look("accent", pgettext_lazy("lead", "Contacted")),
    "qualified": Look("warning", pgettext_lazy("lead", "Qualified")),
    "won": Look("success", pgettext_lazy("lead", "Won")),
    "lost": Look("neutral", pgettext_lazy("lead", "Lost")),
    # prize draws
    "drawn": Look("success", pgettext_lazy("prize draw", "Drawn")),
    "passed": Look("neutral", pgettext_lazy("winner", "Passed over")),
    # customers
    "known": Look("success", _("Known")),
    "anonymous": Look("neutral", _("Anonymous")),
    "merged": Look("neutral", _("Merged")),
    "erased": Look("neutral", _("Erased")),
}

# Timeline entries: icon of the sprite and tone.
TIMELINE: dict[str, tuple[str, str]] = {
    "order": ("shopping-bag", "success"),
    "refund": ("receipt-refund", "warning"),
    "preorder": ("clock-hour-4", "info"),
    "warranty": ("certificate", "info"),
    "cart": ("shopping-cart", "neutral"),
    "message": ("send", "accent"),
    "email": ("mail", "accent"),
    "sms": ("device-mobile-message", "accent"),
    "line": ("brand-line", "accent"),
    "campaign": ("campaigns", "accent"),
    "call": ("phone", "info"),
    "note": ("note", "neutral"),
    "task": ("checklist", "info"),
    "visit": ("building-store", "info"),
    "chat": ("messages", "info"),
    "event": ("activity", "neutral"),
    "page": ("browser", "neutral"),
    "login": ("login", "neutral"),
    "search": ("search", "neutral"),
    "survey": ("surveys", "info"),
    "review": ("star", "warning"),
    "ticket": ("headset", "warning"),
    "complaint": ("message-report", "danger"),
    "social": ("messages", "info"),
    "consent": ("consent", "success"),
    "privacy": ("shield-lock", "warning"),
    "identity": ("arrow-merge", "neutral"),
    "merge": ("arrow-merge", "neutral"),
    "profile": ("user-edit", "neutral"),
    "signup": ("user-plus", "success"),
    "import": ("imports", "neutral"),
    "lead": ("leads", "info"),
    "points": ("coins", "accent"),
    "coupon": ("discount", "accent"),
    "draw": ("ticket", "accent"),
    "reward": ("gift", "accent"),
    "tier": ("crown", "accent"),
    "appointment": ("appointments", "info"),
    "segment": ("segments", "neutral"),
}


def status(code: str) -> Look:
    """The look of a state; an unknown one is shown in grey by its own words."""
    return STATUSES.get(code) or Look("neutral", code.replace("_", " ").capitalize())


def timeline(kind: str) -> tuple[str, str]:
    """Icon and tone of a timeline entry; an unknown kind is a plain dot."""
    family = kind.replace(".", "_").partition("_")[0]
    return TIMELINE.get(kind) or TIMELINE.get(family) or ("point", "neutral")
