"""What the kernel declares to itself: the kinds of jobs that run imports, take them back and rotate keys, the tables
whose rows the key ring wraps, and what of webhooks goes with a person.
"""

from django.utils.translation import gettext_lazy as _

from cdp.core import lifecycle, source_secrets
from cdp.core.crypto import hourly, index, subjects
from cdp.core.imports import engine, undoing  # noqa: F401  (register the jobs)
from cdp.core.keys import holders, rotation  # noqa: F401  (registers the job)
from cdp.core.models import DataKey, HourlyKey, IndexRoot, SourceSecret, SourceToken, Webhook
from cdp.core.webhooks import forgetting, registry, subscriptions

holders.declare(
    holders.Holder(DataKey, ("id",), subjects.context),
    holders.Holder(HourlyKey, ("hour",), hourly.context),
    holders.Holder(IndexRoot, (), lambda: index.CONTEXT),
    holders.Holder(SourceSecret, ("source_id",), source_secrets.context),
    holders.Holder(SourceToken, ("source_id", "name"), source_secrets.token_context),
    holders.Holder(Webhook, ("id",), subscriptions.context_of),
)
lifecycle.declare_forgetting(forgetting.forget)
registry.declare("webhook.test", _("Somebody tries the connection"))
