"""What becomes of this room's rows when a customer is merged, exported or erased."""

from django.utils.translation import gettext_lazy as _

from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys
from cdp.core.retention import Follow, Kind
from surveys.services import reviews

declare(
    "surveys.Review",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "external_id", "sku", "rating", "title", "body", "at", "replied_at"),
    resolved_by="resolved_by",
)
declare_keys("surveys.ReviewKey", owned=reviews.keys_of)

# --- how long it is kept ---

retention.declare(
    Kind(
        key="surveys.reviews",
        label=_("Reviews"),
        about=_("What somebody wrote of an article."),
        model="surveys.Review",
        moment="r.at",
        follows=(Follow("surveys.ReviewKey", "review_id", is_key=True),),
        careful=True,
    ),
)
retention.sign_of_life(
    "surveys.review",
    "EXISTS (SELECT 1 FROM surveys_review t WHERE t.customer_id = r.id AND t.at >= %(before)s)",
)
