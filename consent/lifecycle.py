"""What becomes of this room's rows when a customer is merged, exported, erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare

declare(
    "consent.ConsentRecord",
    on_merge=OnMerge.STAY,  # the ledger never changes: histories are read by lineage
    on_erase=OnErase.KEEP,  # that something was allowed and taken back; the evidence cannot be opened any more
    export=("purpose", "channel", "status", "at", "source", "method", "policy_version", "language", "evidence"),
)
declare("consent.ConsentState", on_merge=OnMerge.REBUILD, on_erase=OnErase.DELETE)
