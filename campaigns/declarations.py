"""What this room contributes to the registries of the kernel."""

from django.utils.translation import gettext_lazy as _

from campaigns.selectors import history
from cdp.core import timeline

timeline.provide("message", _("Messages"), history.entries)
