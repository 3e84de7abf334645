"""What becomes of this room's rows when a customer is merged, exported or erased."""

from django.utils.translation import gettext_lazy as _

from campaigns.services import forgetting
from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_forgetting
from cdp.core.retention import Kind, Term, Unit, ledgers

declare(
    "campaigns.Message",
    on_merge=OnMerge.MOVE,
    # Ids, states and the keyed digest of an address: nothing in it can be read, and results stay true.
    on_erase=OnErase.KEEP,
    busy={"state": "sending"},
    export=("channel", "purpose", "state", "reason", "planned_at", "sent_at"),
    is_ours=True,
)
declare(
    "campaigns.MessageEvent",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,
    export=("kind", "at", "detail"),
    is_ours=True,
)
declare_forgetting(forgetting.forget)

# --- how long it is kept ---

retention.declare(
    Kind(
        key="campaigns.messages",
        label=_("Messages of campaigns"),
        about=_("To whom something was sent and when, of campaigns that do not run any more."),
        model="campaigns.Message",
        moment="COALESCE(r.sent_at, r.planned_at)",
        # A live campaign knows by them whom it has written to already.
        where="r.state NOT IN ('planned', 'sending') AND NOT EXISTS ("
        "SELECT 1 FROM campaigns_campaign c WHERE c.id = r.campaign_id AND c.status = 'active')",
        term=Term(3, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="campaigns.message_events",
        label=_("Opened, clicked, bounced"),
        about=_("What became of messages, by whole months."),
        model="campaigns.MessageEvent",
        moment="r.at",
        by_id=True,
        by_month=True,
        whole=ledgers.whole("campaigns_messageevent"),
        is_whole=True,
        names="r.customer_id = ANY(%(held)s::uuid[])",
        term=Term(3, Unit.YEARS),
        careful=True,
    ),
)
