"""What becomes of this room's rows when a customer is merged, exported, erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare

declare(
    "customers.Customer",
    on_merge=OnMerge.STAY,  # the absorbed row stays as a pointer to its survivor
    on_erase=OnErase.KEEP,  # a bare tombstone
    export=("gender", "birth_date", "language", "country", "province", "city", "postcode", "interests", "tags"),
)
declare(
    "customers.ContactPoint", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("kind", "value", "verified_at")
)
declare(
    "customers.Address",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("street", "city", "province", "postcode", "country"),
)
declare("customers.Note", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("kind", "at", "text"))
declare("customers.MergeSuggestion", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE)
declare("core.DataKey", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE)
