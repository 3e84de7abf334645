"""What becomes of this room's rows when a customer is merged, exported, erased."""

from django.utils.translation import gettext_lazy as _

from cdp.core import holds, retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_farewell, declare_forgetting
from cdp.core.retention import Follow, Kind, Start, Term, Unit, ledgers
from consent.services import import_undo, states
from consent.services.requests import copies, erasures

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
# With the statement that names it; its contents are beside the tables of a copy.
declare(
    "consent.EvidenceFile",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.DELETE,
    export=("id", "kind", "size", "name", "added_at"),
    is_ours=True,
    holders=lambda _customers, _without: (),  # the statement keeps the customer
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
    is_ours=True,
)
declare("consent.LegalHold", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE)
declare_forgetting(copies.forget)
declare_farewell(erasures.take_leave)
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
# Who was affected stays known, as ids, also of those who were forgotten since.
declare("consent.BreachPerson", on_merge=OnMerge.STAY, on_erase=OnErase.KEEP, export=("via", "added_at", "told_at"))

# --- how long it is kept ---

retention.declare(
    Kind(
        key="consent.requests",
        label=_("Requests about personal data"),
        about=_("What somebody asked for and what was answered, counted from the answer."),
        model="consent.PrivacyRequest",
        moment="r.closed_at",
        start=Start.ENDED,
        follows=(Follow("consent.PrivacyChange", "request_id"),),
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="consent.request_steps",
        label=_("What was done about requests"),
        about=_("The log of requests about personal data, by whole months: a year longer than the requests."),
        model="consent.PrivacyRequestStep",
        owner="",
        moment="r.at",
        by_id=True,
        by_month=True,
        whole=ledgers.whole("consent_privacyrequeststep"),
        is_whole=True,
        names="EXISTS (SELECT 1 FROM consent_privacyrequest q"
        " WHERE q.id = r.request_id AND q.customer_id = ANY(%(held)s::uuid[]))",
        term=Term(6, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="consent.confirmations",
        label=_("That somebody was told what we noted"),
        about=_("The duty to confirm a permission, and that it was kept."),
        model="consent.Confirmation",
        moment="r.at",
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="consent.served",
        label=_("Which notices were shown to whom"),
        about=_("Versions and language of what somebody saw, whether they answered or not."),
        model="consent.ServedNotice",
        moment="COALESCE(r.answered_at, r.shown_at)",
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="consent.served_counts",
        label=_("How often texts were shown and answered"),
        about=_("Counts by day, form, language and version. They name nobody."),
        model="consent.ServedCount",
        moment="(r.day + 1)::timestamp AT TIME ZONE 'UTC'",
        owner="",
        term=Term(2, Unit.YEARS),
    ),
)
retention.exempt(
    "the proof of what somebody allowed: as long as somebody is a customer; its evidence dies with the person",
    "consent.ConsentRecord",
    "consent.EvidenceFile",
    "consent.TermsAcceptance",
)
retention.exempt("counts, without people", "consent.FieldFigure", "consent.FieldUse")
retention.exempt(
    "what was done about a breach is shown to authorities years later, and names nobody",
    "consent.Breach",
    "consent.BreachPerson",
    "consent.BreachStep",
    "consent.BreachDraft",
)
retention.exempt(
    "holds for as long as the person is a customer, and goes with the person",
    "consent.Restriction",
    "consent.LegalHold",
    "consent.ContactWish",
    "consent.Guardianship",
)
retention.brief("consent.PrivacyCode", _("One-time codes"), Term(1, Unit.DAYS))
retention.brief("consent.LinkRequest", _("Links asked for by mail"), Term(1, Unit.DAYS))
retention.brief("consent.PrivacyAttempt", _("Links and codes that were refused"), Term(90, Unit.DAYS))
retention.brief("consent.Pending", _("Ticks that waited for a second step"), Term(90, Unit.DAYS))
holds.declare(
    "consent.hold",
    "SELECT customer_id, ground FROM consent_legalhold WHERE lifted_at IS NULL"
    " AND placed_at <= statement_timestamp() AND (until IS NULL OR until > statement_timestamp())",
    stops_erasing=True,
)
holds.declare(
    "consent.restriction",
    "SELECT customer_id, reason FROM consent_restriction WHERE lifted_at IS NULL"
    " AND since <= statement_timestamp() AND (until IS NULL OR until > statement_timestamp())",
    stops_erasing=False,
)
retention.exempt("derived from the records, and gone with them", "consent.ConsentState", "consent.SpecialDetail")
retention.exempt("the proof that the rules are kept", "consent.RetentionRun", "consent.RetentionLine")
retention.sign_of_life(
    "consent.state",
    "EXISTS (SELECT 1 FROM consent_consentstate t WHERE t.customer_id = r.id"
    " AND (t.at >= %(before)s OR (t.is_granted AND r.status = 'known' AND t.purpose <> 'measurement')))",
)
