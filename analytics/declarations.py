"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from analytics.selectors import companies, fields_used, segments
from analytics.selectors import panels as shown
from analytics.selectors import timeline as history
from analytics.services import ready_made, telling
from cdp.core import audiences, company_panels, minimising, panels, reference, timeline, webhooks

audiences.provide(segments.member_ids, namer=segments.shown_name, lister=segments.choices)
webhooks.declare(telling.ENTERED, _("Somebody entered a segment"), holds="customer, segment")
webhooks.declare(telling.LEFT, _("Somebody left a segment"), holds="customer, segment")
timeline.provide("segment", _("Segments"), history.entries, group=timeline.KNOWN, scope="segments")
minimising.provide("segments", fields_used.by_segments)
reference.needed(ready_made.ensure)
panels.declare(panels.Panel("figures", panels.RIGHT, "analytics/figures_panel.html", shown.figures, position=20))
panels.declare(panels.Panel("segments", panels.RIGHT, "analytics/segments_panel.html", shown.membership, position=40))
company_panels.provide("orders", companies.figures)
panels.advise("analytics.lapsed", shown.advice)
