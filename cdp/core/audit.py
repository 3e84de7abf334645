"""Who changed what, who looked at whom. Rows are written in the transaction of the change itself."""

import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from cdp.core import ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.models import AccessEntry, AuditEntry


class Action(StrEnum):
    """What may stand in the audit: room:subject:verb. Listed, so that it is greppable and cannot be misspelt."""

    CUSTOMER_CREATED = "customers:customer:created"
    CUSTOMER_UPDATED = "customers:customer:updated"
    CUSTOMER_UNDONE = "customers:customer:undone"
    CUSTOMERS_MERGED = "customers:customer:merged"
    CUSTOMERS_UNMERGED = "customers:customer:unmerged"
    CUSTOMER_ERASED = "customers:customer:erased"
    SUPPRESSION_LIFTED = "customers:suppression:lifted"
    CUSTOMERS_KEPT_APART = "customers:customer:kept_apart"
    NOTE_ADDED = "customers:note:added"
    INTERACTION_LOGGED = "customers:interaction:logged"
    INTERACTION_FOLLOWED_UP = "customers:interaction:followed_up"
    PROFILE_ASKED = "customers:profile:asked"
    LEAD_CHANGED = "customers:lead:changed"
    LEAD_REVEALED = "customers:lead:revealed"
    COMPANY_CREATED = "customers:company:created"
    COMPANY_UPDATED = "customers:company:updated"
    COMPANIES_MERGED = "customers:company:merged"
    COMPANY_LINKED = "customers:company:linked"
    COMPANY_UNLINKED = "customers:company:unlinked"
    IDENTITY_CONFLICT = "customers:identity:conflict"
    CONSENT_RECORDED = "consent:record:added"
    CONSENT_REFUSED = "consent:record:refused"
    OBJECTION_RECORDED = "consent:objection:recorded"
    WITHDRAWAL_RECORDED = "consent:withdrawal:recorded"
    RESTRICTION_PLACED = "consent:restriction:placed"
    RESTRICTION_LIFTED = "consent:restriction:lifted"
    HOLD_PLACED = "consent:hold:placed"
    HOLD_LIFTED = "consent:hold:lifted"
    REQUEST_RECEIVED = "consent:request:received"
    REQUEST_STEPPED = "consent:request:stepped"
    REQUEST_CLOSED = "consent:request:closed"
    RETENTION_DECIDED = "consent:retention:decided"
    BREACH_RECORDED = "consent:breach:recorded"
    BREACH_STEPPED = "consent:breach:stepped"
    FIELD_DECIDED = "consent:field:decided"
    RETENTION_RUN = "consent:retention:run"
    RECEIPT_ISSUED = "consent:receipt:issued"
    POLICY_PUBLISHED = "consent:policy:published"
    POLICY_DRAFTED = "consent:policy:drafted"
    POLICY_DISCARDED = "consent:policy:discarded"
    POLICY_WITHDRAWN = "consent:policy:withdrawn"
    POLICY_CHANGE_REFUSED = "consent:policy:change_refused"
    ASKING_PAUSED = "consent:asking:paused"
    ASKING_RESUMED = "consent:asking:resumed"
    PURPOSE_CHANGED = "consent:purpose:changed"
    CONSENT_LAPSED = "consent:purpose:lapsed"
    GUARDIAN_ASKED_AGAIN = "consent:guardian:asked_again"
    ACTIVITY_CHANGED = "consent:activity:changed"
    ORDER_WRITTEN = "commerce:order:written"
    REFUND_WRITTEN = "commerce:refund:written"
    PRODUCT_WRITTEN = "commerce:product:written"
    INTEREST_TOLD = "commerce:interest:told"
    HOOK_REPLAYED = "commerce:hook:replayed"
    STORE_WRITTEN = "commerce:store:written"
    STOREFRONT_TIED = "commerce:storefront:tied"
    STOREFRONT_UNTIED = "commerce:storefront:untied"
    STORE_NOTICE_CLOSED = "commerce:store_notice:closed"
    WARRANTY_REGISTERED = "commerce:warranty:registered"
    WARRANTY_CLAIMED = "commerce:warranty:claimed"
    WARRANTY_CLOSED = "commerce:warranty:closed"
    PREORDER_PLACED = "commerce:preorder:placed"
    PREORDER_MOVED = "commerce:preorder:moved"
    SURVEY_CREATED = "surveys:survey:created"
    SURVEY_PUBLISHED = "surveys:survey:published"
    SURVEY_CHANGED = "surveys:survey:changed"
    SURVEY_ANSWERED = "surveys:survey:answered"
    SURVEY_RESPONSE_REMOVED = "surveys:response:removed"
    SURVEY_ASKED = "surveys:survey:asked"
    TICKET_OPENED = "surveys:ticket:opened"
    TICKET_CHANGED = "surveys:ticket:changed"
    TICKET_RULES_SET = "surveys:ticket_rules:set"
    COMMENT_SETTLED = "surveys:comment:settled"
    OWN_ACCOUNT_CHANGED = "surveys:own_account:changed"
    REVIEW_ANSWERED = "surveys:review:answered"
    THEME_CHANGED = "surveys:theme:changed"
    BRAND_CHANGED = "surveys:brand:changed"
    GUIDE_CREATED = "surveys:guide:created"
    GUIDE_PUBLISHED = "surveys:guide:published"
    GUIDE_CHANGED = "surveys:guide:changed"
    INTERVIEW_HELD = "surveys:interview:held"
    QUOTE_REMOVED = "surveys:quote:removed"
    TESTIMONIAL_ASKED = "surveys:testimonial:asked"
    TESTIMONIAL_ANSWERED = "surveys:testimonial:answered"
    TESTIMONIAL_PUBLISHED = "surveys:testimonial:published"
    TESTIMONIAL_ENDED = "surveys:testimonial:ended"
    COUPON_ISSUED = "loyalty:coupon:issued"
    COUPON_REDEEMED = "loyalty:coupon:redeemed"
    COUPON_REVERSED = "loyalty:coupon:reversed"
    COUPON_VOIDED = "loyalty:coupon:voided"
    CODE_USED = "loyalty:code:used"
    CODE_REVERSED = "loyalty:code:reversed"
    PROMOTION_MADE = "loyalty:promotion:made"
    PROMOTION_CHANGED = "loyalty:promotion:changed"
    PROMOTION_FILE = "loyalty:promotion:file"
    REWARD_CHANGED = "loyalty:reward:changed"
    OFFER_CHANGED = "loyalty:offer:changed"
    PROGRAMME_DRAFTED = "loyalty:programme:drafted"
    PROGRAMME_DISCARDED = "loyalty:programme:discarded"
    PROGRAMME_PUBLISHED = "loyalty:programme:published"
    MEMBER_JOINED = "loyalty:member:joined"
    MEMBER_LEFT = "loyalty:member:left"
    HOUSEHOLD_JOINED = "loyalty:household:joined"
    HOUSEHOLD_LEFT = "loyalty:household:left"
    POINTS_ADJUSTED = "loyalty:points:adjusted"
    CARD_GIVEN = "loyalty:card:given"
    RECEIPT_CLAIMED = "loyalty:receipt:claimed"
    REFERRAL_NOTED = "loyalty:referral:noted"
    REFERRAL_DECIDED = "loyalty:referral:decided"
    CARD_ENDED = "loyalty:card:ended"
    DRAW_SAVED = "loyalty:draw:saved"
    DRAW_OPENED = "loyalty:draw:opened"
    DRAW_CLOSED = "loyalty:draw:closed"
    DRAW_DRAWN = "loyalty:draw:drawn"
    DRAW_CANCELLED = "loyalty:draw:cancelled"
    DRAW_EXCLUDED = "loyalty:draw:excluded"
    DRAW_ENDED = "loyalty:draw:ended"
    POINTS_ASKED = "loyalty:points:asked"
    POINTS_DECIDED = "loyalty:points:decided"
    SEGMENT_SAVED = "analytics:segment:saved"
    SEGMENT_ARCHIVED = "analytics:segment:archived"
    CAMPAIGN_SAVED = "campaigns:campaign:saved"
    CAMPAIGN_ACTIVATED = "campaigns:campaign:activated"
    CAMPAIGN_PAUSED = "campaigns:campaign:paused"
    CAMPAIGN_DELETED = "campaigns:campaign:deleted"
    IMPORT_STARTED = "core:import:started"
    IMPORT_FINISHED = "core:import:finished"
    IMPORT_UNDONE = "core:import:undone"
    KEY_CREATED = "core:api_key:created"
    KEY_REVOKED = "core:api_key:revoked"
    KEYS_ROTATED = "core:keys:rotated"
    REINDEX_BEGUN = "core:reindex:begun"
    REINDEXED = "core:reindex:done"
    OLD_LINKS_ENDED = "core:old_links:ended"
    SOURCE_CREATED = "core:source:created"
    SOURCE_CHANGED = "core:source:changed"
    SOURCE_SECRET_SET = "core:source:secret_set"  # noqa: S105  (the name of an action)
    SOURCE_TOKEN_SET = "core:source:token_set"  # noqa: S105  (the name of an action)
    STAFF_CREATED = "core:staff:created"
    LEDGER_CLOSED = "core:ledger:closed"
    LEDGER_ACCEPTED = "core:ledger:accepted"
    STAFF_CHANGED = "core:staff:changed"
    STAFF_FACTOR_RESET = "core:staff:factor_reset"
    STAFF_POLICY_SET = "core:staff:policy_set"
    KIOSK_LOCKED = "core:kiosk:locked"
    KIOSK_UNLOCKED = "core:kiosk:unlocked"
    ADMIN_CHANGED = "core:admin:changed"
    EXPORT_ASKED = "core:export:asked"
    EXPORT_DECIDED = "core:export:decided"
    EXPORT_WRITTEN = "core:export:written"
    EXPORT_FETCHED = "core:export:fetched"
    EXPORT_ENDED = "core:export:ended"
    WEBHOOK_CREATED = "core:webhook:created"
    WEBHOOK_CHANGED = "core:webhook:changed"
    WEBHOOK_DELETED = "core:webhook:deleted"
    WEBHOOK_RESENT = "core:webhook:resent"
    EVENT_REPLAYED = "events:quarantine:replayed"
    CONTACT_REVEALED = "customers:contact:revealed"


def record(
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    customer: uuid.UUID | None = None,
    subject: object = "",
    details: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    keyring: subjects.Keyring | None = None,
) -> None:
    """Write one entry.

    `details` must hold no personal values; those go to `personal` (for example {"phone": [old, new]}), which is sealed
    with the customer's own key and so disappears with it. `keyring` spares a query when the caller has it.
    """
    entry_id = ids.uuid7()
    sealed = None
    if personal and customer:
        keyring = keyring or subjects.load([customer])
        sealed = keyring.seal(
            json.dumps(personal, ensure_ascii=False, default=str),
            customer=customer,
            table="core_auditentry",
            column="sealed",
            row=entry_id,
        )
    AuditEntry.objects.create(
        id=entry_id,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        customer_id=customer,
        object_id=str(subject),
        details=details or {},
        sealed=sealed,
    )


def record_many(
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    entries: Iterable[tuple[uuid.UUID, object, dict[str, Any]]],
) -> None:
    """Write one entry for each (customer, subject, details), as `record` does, in a few statements."""
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                at=at,
                actor_kind=actor.kind,
                actor_id=actor.id,
                action=action,
                customer_id=customer,
                object_id=str(subject),
                details=details,
            )
            for customer, subject, details in entries
        ],
        batch_size=1000,
    )


def looked(*, actor: Actor, at: datetime, view: str, customers: Iterable[uuid.UUID], reason: str = "") -> None:
    """Write that `actor` was shown these customers by `view` (a URL name)."""
    AccessEntry.objects.create(
        at=at, actor_kind=actor.kind, actor_id=actor.id, view=view, reason=reason, customer_ids=list(customers)
    )
