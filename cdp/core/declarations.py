"""What the kernel declares to itself: the kinds of jobs that run imports, take them back and rotate keys, and the
tables whose rows the key ring wraps.
"""

from cdp.core import source_secrets
from cdp.core.crypto import hourly, index, subjects
from cdp.core.imports import engine, undoing  # noqa: F401  (register the jobs)
from cdp.core.keys import holders, rotation  # noqa: F401  (registers the job)
from cdp.core.models import DataKey, HourlyKey, IndexRoot, SourceSecret, SourceToken

holders.declare(
    holders.Holder(DataKey, ("id",), subjects.context),
    holders.Holder(HourlyKey, ("hour",), hourly.context),
    holders.Holder(IndexRoot, (), lambda: index.CONTEXT),
    holders.Holder(SourceSecret, ("source_id",), source_secrets.context),
    holders.Holder(SourceToken, ("source_id", "name"), source_secrets.token_context),
)
