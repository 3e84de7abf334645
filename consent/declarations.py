"""What this room declares to the kernel: the rows it needs, its files, its timeline entries."""

from django.utils.translation import gettext_lazy as _

from cdp.core import reference, timeline
from cdp.core.imports import registry
from consent.selectors import ledger
from consent.services import consent_import
from consent.services import reference as rows

reference.needed(rows.ensure)
registry.declare(consent_import.KIND)
timeline.provide("consent", _("Consent"), ledger.entries)
