"""What becomes of this room's rows when a customer is merged, exported, erased."""

from django.utils.translation import gettext_lazy as _

from cdp.core import outbox, retention
from cdp.core.lifecycle import OneOf, OnErase, OnMerge, declare, declare_forgetting, declare_keys
from cdp.core.retention import Action, Follow, Kind, Start, Term, Unit, registry
from customers.models import Customer
from customers.selectors import companies, leads
from customers.services import buckets
from customers.services.erasing import inactive, visitors

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
declare("customers.Note", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("kind", "at", "text"), is_ours=True)
declare(
    "customers.Interaction",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("kind", "direction", "topic", "outcome", "started_at", "follow_up_on", "text"),
    is_ours=True,
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

# --- how long it is kept ---

registry.nobody_is(registry.Nobody(buckets.IDS, buckets.bucket_for))
retention.declare(
    Kind(
        key="customers.anonymous",
        label=_("Visitors who never said who they are"),
        about=_("With everything they did. What they looked at may stay for the figures, without anybody."),
        model="customers.Customer",
        owner="id",
        moment="r.created_at",
        where="r.status = 'anonymous'",
        start=Start.ACTIVITY,
        term=Term(90, Unit.DAYS),
        actions=(Action.DETACH, Action.DELETE),
        remove=visitors.purge,
        portion=500,
    ),
    Kind(
        key="customers.inactive",
        label=_("Customers nobody has seen for years"),
        about=_("No order, no visit, no conversation, and no permission that holds."),
        model="customers.Customer",
        owner="id",
        moment="r.created_at",
        where="r.status = 'known'",
        start=Start.ACTIVITY,
        actions=(Action.PROPOSE, Action.FORGET),
        careful=True,
        remove=inactive.forget,
        portion=20,
    ),
    Kind(
        key="customers.interactions",
        label=_("Calls, visits and chats"),
        about=_("What was said at the counter and on the phone, complaints among it. Open promises stay."),
        model="customers.Interaction",
        moment="COALESCE(r.followed_up_at, r.started_at)",
        where="r.follow_up_on IS NULL OR r.followed_up_at IS NOT NULL",
        term=Term(3, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="customers.notes",
        label=_("Notes about customers"),
        about=_("What staff wrote on a customer's page."),
        model="customers.Note",
        moment="r.at",
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="customers.leads",
        label=_("Closed leads"),
        about=_("Answers and next steps of leads that were won or lost."),
        model="customers.Lead",
        moment="r.status_at",
        where="r.status IN ('won', 'lost')",
        start=Start.ENDED,
        follows=(Follow("customers.LeadKey", "lead_id", is_key=True),),
        term=Term(1, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="customers.arrivals",
        label=_("By which form somebody came"),
        about=_("Form, place and campaign of a sign-up."),
        model="customers.Arrival",
        moment="r.at",
        term=Term(3, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="customers.asked",
        label=_("Which questions somebody was asked"),
        about=_("So that nobody is asked the same thing again and again."),
        model="customers.Asked",
        moment="r.at",
        term=Term(2, Unit.YEARS),
        careful=True,
    ),
)
retention.sign_of_life(
    "customers.interaction",
    "EXISTS (SELECT 1 FROM customers_interaction t WHERE t.customer_id = r.id AND t.started_at >= %(before)s)",
)
retention.sign_of_life(
    "customers.lead",
    "EXISTS (SELECT 1 FROM customers_lead t WHERE t.customer_id = r.id AND t.status_at >= %(before)s)",
)
retention.sign_of_life(
    "customers.arrival",
    "EXISTS (SELECT 1 FROM customers_arrival t WHERE t.customer_id = r.id AND t.at >= %(before)s)",
)
retention.exempt(
    "part of the profile: as long as somebody is a customer, and gone with the person",
    "customers.Address",
    "customers.ContactPoint",
    "customers.CompanyLink",
    "core.DataKey",
)
retention.exempt(
    "what un-merging needs: gone with the person",
    "customers.MergeLog",
    "customers.MergeSuggestion",
    "customers.Telling",
)
retention.exempt("work in progress of a sweep, emptied by it", "customers.CompanySweep")
