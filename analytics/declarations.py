"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from analytics.selectors import segments
from analytics.selectors import timeline as history
from analytics.services import ready_made
from cdp.core import audiences, reference, timeline

audiences.provide(segments.member_ids)
timeline.provide("segment", _("Segments"), history.entries)
reference.needed(ready_made.ensure)
