"""What becomes of this room's rows when a customer is merged, exported or erased."""

from campaigns.services import forgetting
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_forgetting

declare(
    "campaigns.Message",
    on_merge=OnMerge.MOVE,
    # Ids, states and the keyed digest of an address: nothing in it can be read, and results stay true.
    on_erase=OnErase.KEEP,
    busy={"state": "sending"},
    export=("channel", "purpose", "state", "reason", "planned_at", "sent_at"),
)
declare(
    "campaigns.MessageEvent",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,
    export=("kind", "at", "detail"),
)
declare_forgetting(forgetting.forget)
