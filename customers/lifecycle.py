"""What becomes of this room's rows when a customer is merged, exported, erased."""

from cdp.core import outbox
from cdp.core.lifecycle import OneOf, OnErase, OnMerge, declare, declare_forgetting, declare_keys
from customers.models import Customer
from customers.selectors import companies, leads

declare(
    "customers.Customer",
    on_merge=OnMerge.STAY,  # the absorbed row stays as a pointer to its survivor
    on_erase=OnErase.KEEP,  # a bare tombstone
    export=("name", "given_name", "family_name", "birth_date", *Customer.PLAIN, "interests", "tags", "sources"),
)
declare(
    "customers.ContactPoint",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("kind", "value", "verified_at"),
    one_of=OneOf("is_primary", ("kind", "source")),
    told_by="told_by",
)
declare(
    "customers.Address",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("street", "city", "province", "postcode", "country"),
    one_of=OneOf("is_primary"),
)
declare("customers.Note", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("kind", "at", "text"))
declare(
    "customers.Interaction",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("kind", "direction", "topic", "outcome", "started_at", "follow_up_on", "text"),
)
# Where both were asked the same, the survivor's answer stays.
declare("customers.Asked", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("question", "reply", "at"))
declare(
    "customers.Arrival",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("form", "at", "place", "campaign", "language"),
    resolved_by="resolved_by",
)
declare(
    "customers.Lead",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("platform", "source", "form", "campaign", "ad", "is_organic", "arrived_at", "answers", "status"),
    resolved_by="resolved_by",
)
declare_keys("customers.LeadKey", owned=leads.keys_of)
# To which company somebody belongs; of the two of a merge the survivor's counts, the other's image is kept.
declare(
    "customers.CompanyLink",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("how", "linked_at"),
    holders=companies.said,
)
# Pairs name two people; they stay and are read by lineage, so that a pair kept apart is not suggested again.
declare("customers.MergeSuggestion", on_merge=OnMerge.STAY, on_erase=OnErase.DELETE)
# What a merge did, with images of rows, has to stay where un-merging looks for it; it goes with the person.
declare("customers.MergeLog", on_merge=OnMerge.STAY, on_erase=OnErase.DELETE)
# What was told while a merge stood, so that un-merging tells it again to whom it belongs.
declare(
    "customers.Telling",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    resolved_by="resolved_by",
    holders=lambda _customers, _without: (),  # only repeats what facts told
)
# Notices to a person, of whatever room. They stay until their files are found by them, then both go.
declare(
    "core.Notice",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    busy={"state": "sending"},
    export=("kind", "channel", "state", "created_at", "sent_at", "address"),
    holders=lambda _customers, _without: (),  # tells of other facts
)
declare_forgetting(outbox.forget)
declare("core.DataKey", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE)
declare_keys("customers.Identifier", owned=None)
declare_keys("customers.SharedIdentifier", owned=None)
