"""What this room contributes to the registries of the kernel."""

from django.utils.translation import gettext_lazy as _

from analytics.selectors import uses as segment_uses
from campaigns.models import Message
from campaigns.selectors import endings, fields_used, history, uses
from campaigns.services import runs
from cdp.core import chains, jobs, minimising, timeline
from cdp.core.keys import digests
from loyalty.services import notices

timeline.provide("message", _("Messages"), history.entries, group=timeline.SAID, scope="campaigns")
segment_uses.provide("campaigns", uses.of_segments)
minimising.provide("campaigns", fields_used.by_campaigns)
jobs.kind(runs.KIND)(runs.run)
chains.declare("campaigns_messageevent")
notices.stands_down_by(endings.are_told_of)
digests.declare(Message, "address")
