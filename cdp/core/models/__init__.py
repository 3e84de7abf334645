"""Tables of the kernel; one file per aggregate."""

from cdp.core.models.api_keys import ApiKey
from cdp.core.models.audit import AccessEntry, AuditEntry
from cdp.core.models.base import Model, OwnedForeignKey, OwnedModel, Placement
from cdp.core.models.chains import Chain, ChainCheck, ChainCheckpoint, ChainLink, ChainTable, ChainWaiting
from cdp.core.models.exports import Export, ExportPortion
from cdp.core.models.idempotency import IdempotentAnswer
from cdp.core.models.jobs import ImportTrace, Job, JobReject
from cdp.core.models.keys import DataKey, DestroyedKey, HourlyKey, IndexRoot, RingKey
from cdp.core.models.outbox import Notice
from cdp.core.models.pipeline import Mark, PipelineState
from cdp.core.models.receipts import FormReceipt
from cdp.core.models.sources import Source, SourceSecret, SourceToken
from cdp.core.models.users import Role, StaffPolicy, User
from cdp.core.models.webhooks import Webhook, WebhookDelivery, WebhookFact, WebhookSecret

__all__ = [
    "AccessEntry",
    "ApiKey",
    "AuditEntry",
    "Chain",
    "ChainCheck",
    "ChainCheckpoint",
    "ChainLink",
    "ChainTable",
    "ChainWaiting",
    "DataKey",
    "DestroyedKey",
    "Export",
    "ExportPortion",
    "FormReceipt",
    "HourlyKey",
    "IdempotentAnswer",
    "ImportTrace",
    "IndexRoot",
    "Job",
    "JobReject",
    "Mark",
    "Model",
    "Notice",
    "OwnedForeignKey",
    "OwnedModel",
    "PipelineState",
    "Placement",
    "RingKey",
    "Role",
    "Source",
    "SourceSecret",
    "SourceToken",
    "StaffPolicy",
    "User",
    "Webhook",
    "WebhookDelivery",
    "WebhookFact",
    "WebhookSecret",
]
