"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import timeline
from events.selectors import history

timeline.provide("event", _("Visits"), history.entries)
