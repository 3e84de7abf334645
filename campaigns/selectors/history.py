"""A customer's messages as timeline entries."""

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Message
from cdp.core.timeline import Entry, Question


def entries(question: Question) -> list[Entry]:
    """Messages that were sent, and those that were not, with the reason; the ones still waiting too."""
    rows = Message.objects.filter(customer_id__in=list(question.customers)).annotate(
        at=Coalesce("sent_at", "planned_at")
    )
    if question.before is not None:
        rows = rows.filter(at__lt=question.before)
    found = list(rows.order_by("-at", "-id")[: question.limit])
    names = dict(Campaign.objects.filter(id__in={row.campaign_id for row in found}).values_list("id", "name"))
    return [
        Entry(
            id=str(row.id),
            at=row.at,
            kind="message",
            title=_title(row, names.get(row.campaign_id, "")),
            source="campaign",
            icon="mail",
            data={
                "message": str(row.id),
                "campaign": str(row.campaign_id),
                "channel": row.channel,
                "purpose": row.purpose,
                "state": row.state,
                "reason": row.reason,
                "rule": row.rule,
            },
        )
        for row in found
    ]


def _title(row: Message, campaign: str) -> str:
    titles = {
        Message.State.SENT: _("Message sent: {campaign}"),
        Message.State.SUPPRESSED: _("Message not sent: {campaign}"),
        Message.State.FAILED: _("Message failed: {campaign}"),
    }
    return titles.get(Message.State(row.state), _("Message planned: {campaign}")).format(campaign=campaign)
