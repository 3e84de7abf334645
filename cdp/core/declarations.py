"""What the kernel declares to itself: the kinds of jobs that run imports, take them back and rotate keys, the tables
whose rows the key ring wraps, what of webhooks goes with a person, and how long its tables are kept.
"""

from django.utils.translation import gettext_lazy as _

from cdp.core import chains, lifecycle, outbox, retention, second_person, source_secrets
from cdp.core.chains import asking  # noqa: F401  (registers the job)
from cdp.core.crypto import hourly, index, subjects
from cdp.core.exports import ending, making, words  # noqa: F401  (making registers the job)
from cdp.core.imports import engine, undoing  # noqa: F401  (register the jobs)
from cdp.core.keys import digests, holders, rotation  # noqa: F401  (registers the job)
from cdp.core.models import (
    DataKey,
    Export,
    FormReceipt,
    HourlyKey,
    IndexRoot,
    Notice,
    SourceSecret,
    SourceToken,
    Webhook,
    WebhookSecret,
)
from cdp.core.retention import Follow, Kind, Start, Term, Unit, ledgers
from cdp.core.webhooks import delivering, forgetting, registry, subscriptions

holders.declare(
    holders.Holder(DataKey, ("id",), subjects.context),
    holders.Holder(HourlyKey, ("hour",), hourly.context),
    holders.Holder(Export, ("id",), words.context),
    holders.Holder(IndexRoot, (), lambda: index.CONTEXT),
    holders.Holder(SourceSecret, ("source_id",), source_secrets.context),
    holders.Holder(SourceToken, ("source_id", "name"), source_secrets.token_context),
    holders.Holder(Webhook, ("id",), subscriptions.context_of),
    holders.Holder(WebhookSecret, ("webhook_id",), subscriptions.context_of),
)
digests.declare(Notice, "address_digest")
digests.declare_lasting(FormReceipt, "digest")  # a week old at most
lifecycle.declare_forgetting(forgetting.forget)
lifecycle.declare_forgetting(ending.forget)
outbox.declare(outbox.Kind(delivering.OFF, _("A webhook was switched off"), has_preferences=False))
outbox.declare(outbox.Kind(second_person.KIND, _("Something that waits for a second person"), has_preferences=False))
registry.declare("webhook.test", _("Somebody tries the connection"))
retention.declare(
    Kind(
        key="core.access",
        label=_("Who looked at whom"),
        about=_("The access log, by whole months."),
        model="core.AccessEntry",
        owner="",
        moment="r.at",
        by_id=True,
        by_month=True,
        whole=ledgers.whole("core_accessentry"),
        is_whole=True,
        names="r.customer_ids && %(held)s::uuid[]",
        term=Term(3, Unit.YEARS),
    ),
    Kind(
        key="core.audit",
        label=_("Who changed what"),
        about=_("The audit, by whole months."),
        model="core.AuditEntry",
        moment="r.at",
        by_id=True,
        by_month=True,
        whole=ledgers.whole("core_auditentry"),
        is_whole=True,
        names="r.customer_id = ANY(%(held)s::uuid[])",
        term=Term(5, Unit.YEARS),
    ),
    Kind(
        key="core.jobs",
        label=_("Finished jobs"),
        about=_("Imports and other long work, with their lists of refused rows."),
        model="core.Job",
        owner="",
        moment="r.finished_at",
        start=Start.ENDED,
        where="r.state IN ('done', 'failed', 'cancelled')",
        follows=(Follow("core.JobReject", "job_id"), Follow("core.ImportTrace", "job_id")),
        term=Term(2, Unit.YEARS),
    ),
    Kind(
        key="core.exports",
        label=_("Files that staff asked for"),
        about=_("Who asked for which file, why, and who let it go. The file itself ends after a day."),
        model="core.Export",
        owner="",
        moment="coalesce(r.ended_at, r.decided_at)",
        start=Start.ENDED,
        where="r.state IN ('ended', 'refused')",
        term=Term(2, Unit.YEARS),
    ),
    Kind(
        key="core.sessions",
        label=_("Log-ins that ended"),
        about=_("Sessions of staff, by which nobody can enter any more."),
        model="sessions.Session",
        owner="",
        moment="r.expire_date",
        start=Start.ENDED,
        term=Term(1, Unit.DAYS),
        is_secret=True,
    ),
    Kind(
        key="core.admin_log",
        label=_("History of the data admin"),
        about=_("What was changed in /admin/; the audit has it too."),
        model="admin.LogEntry",
        owner="",
        moment="r.action_time",
        term=Term(3, Unit.YEARS),
    ),
)
retention.brief("core.IdempotentAnswer", _("Answers for repeated requests"), Term(1, Unit.DAYS))
retention.brief("core.ExportPortion", _("Whom files of people hold"), Term(1, Unit.DAYS))
retention.brief("core.FormReceipt", _("Receipts of public forms"), Term(7, Unit.DAYS))
retention.brief("core.HourlyKey", _("Keys of the hour, with all they sealed"), Term(7, Unit.DAYS))
retention.brief("core.Notice", _("Notices to customers that were sent"), Term(90, Unit.DAYS))
retention.exempt("work in progress, emptied by the pipeline", "core.Mark", "core.PipelineState")
retention.exempt("settings and secrets of the shop", "core.SourceSecret", "core.SourceToken", "core.ApiKey")
retention.exempt("accounts of staff: closed, never forgotten, as records name them", "core.User")
retention.exempt("what backups need to be opened, or must not open any more", "core.RingKey", "core.DestroyedKey")
retention.brief("core.WebhookFact", _("Facts for webhooks"), Term(30, Unit.DAYS))
retention.brief("core.WebhookDelivery", _("Deliveries of webhooks"), Term(30, Unit.DAYS))
chains.declare("core_auditentry", "core_accessentry")
retention.exempt("what proves the ledgers; it goes with the closing of their months", "core.Chain", "core.ChainLink")
retention.exempt(
    "what proves the ledgers: a row for each of them, or minutes old",
    "core.ChainTable",
    "core.ChainWaiting",
    "core.ChainCheckpoint",
)
retention.brief("core.ChainCheck", _("Verifications of ledgers"), Term(90, Unit.DAYS))
retention.exempt("what is asked of staff at log-in", "core.StaffPolicy")
