"""What becomes of this room's rows when a customer is merged, exported or erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys
from surveys.services import reviews

declare(
    "surveys.Review",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "external_id", "sku", "rating", "title", "body", "at", "replied_at"),
    resolved_by="resolved_by",
)
declare_keys("surveys.ReviewKey", owned=reviews.keys_of)
