"""What this room contributes to the registries of the kernel."""

from django.utils.translation import gettext_lazy as _

from analytics.selectors import uses as segment_uses
from campaigns.models import Message
from campaigns.selectors import fields_used, history, uses
from campaigns.services import runs
from cdp.core import chains, jobs, minimising, timeline
from cdp.core.keys import digests

timeline.provide("message", _("Messages"), history.entries, group=timeline.SAID, scope="campaigns")
segment_uses.provide("campaigns", uses.of_segments)
minimising.provide("campaigns", fields_used.by_campaigns)
jobs.kind(runs.KIND)(runs.run)
chains.declare("campaigns_messageevent")
digests.declare(Message, "address")
