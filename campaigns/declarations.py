"""What this room contributes to the registries of the kernel."""

from django.utils.translation import gettext_lazy as _

from analytics.selectors import uses as segment_uses
from campaigns.selectors import history, uses
from campaigns.services import runs
from cdp.core import chains, jobs, timeline

timeline.provide("message", _("Messages"), history.entries, group=timeline.SAID, scope="campaigns")
segment_uses.provide("campaigns", uses.of_segments)
jobs.kind(runs.KIND)(runs.run)
chains.declare("campaigns_messageevent")
