"""What this room declares to the kernel."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import jobs, minimising, panels, reference, timeline
from cdp.core.exports import registry as exports
from cdp.core.imports import registry, undoing
from cdp.core.keys import digests
from events.models import Event, MessageKey
from events.selectors import fields, files, history, visits
from events.services import event_import, partitions, quarantine_again

minimising.declare(*fields.FIELDS)
registry.declare(event_import.KIND)
exports.declare(files.KIND)
jobs.kind(quarantine_again.KIND)(quarantine_again.run)
undoing.declare(*event_import.PARTS, words=event_import.WORDS)

timeline.provide("visit", _("Website visits"), visits.entries, group=timeline.ONLINE, folds="event")
timeline.provide("event", _("Website, step by step"), history.entries, group=timeline.ONLINE)
panels.declare(panels.Panel("visits", panels.RIGHT, "events/visits_panel.html", visits.summary, position=30))


@reference.needed
def _months_ahead() -> None:
    partitions.ensure_ahead(now=timezone.now())


digests.declare(Event, "resolved_by")
digests.declare_lasting(MessageKey, "digest")
