"""What becomes of this room's rows when a customer is merged, exported, erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_hold
from consent.selectors import holds
from consent.services import import_undo, states

declare(
    "consent.ConsentRecord",
    on_merge=OnMerge.STAY,  # the ledger never changes: histories are read by lineage
    on_erase=OnErase.KEEP,  # that something was allowed and taken back; the evidence cannot be opened any more
    export=(
        *("purpose", "channel", "status", "at", "source", "method", "policy_version", "purpose_version", "language"),
        *("form", "place", "evidence"),
    ),
    holders=import_undo.holders,
)
# Before the states, which delete what has no consent any more.
declare(
    "consent.SpecialDetail",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("field", "value", "told_at"),
)
# At once: until the pipeline comes by, the gate would let through what one of the two has refused.
declare("consent.ConsentState", on_merge=OnMerge.REBUILD, on_erase=OnErase.DELETE, rebuild=states.rebuild)
declare(
    "consent.ServedNotice",
    on_merge=OnMerge.STAY,  # it proves what stood before whom, beside a record that stays as well
    on_erase=OnErase.DELETE,
    export=("place", "language", "versions", "shown_at", "answered_at", "agreed"),
)
declare(
    "consent.TermsAcceptance",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,  # part of a contract that the books keep; nothing in it tells who it was
    export=("version", "language", "at", "place"),
)
# Whoever of the two is restricted or held, the one person is; un-merging leaves that with the survivor, who is asked.
declare(
    "consent.Restriction",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("since", "until", "lifted_at", "reason"),
)
declare("consent.LegalHold", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE)
declare_hold(holds.held_now)
# Ticks that nobody confirmed, or the proof that somebody did.
declare(
    "consent.Pending",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("boxes", "source", "state", "at", "settled_at", "told"),
    holders=lambda _customers, _without: (),
)
# After a merge both stand, and the quieter one holds.
declare(
    "consent.ContactWish",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("frequency", "paused_until", "changed_at"),
)
declare(
    "consent.Guardianship",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("channel", "address", "name", "boxes", "state", "method", "asked_at", "decided_at", "ends_on"),
)
# That the law's duty to tell was kept; the notice itself is in the outbox.
declare(
    "consent.Confirmation",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("kind", "at", "channel"),
    holders=lambda _customers, _without: (),
)
