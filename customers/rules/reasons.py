"""Why somebody may ask to see a sealed detail in clear: codes of the access log and their words."""

from django.utils.translation import gettext_lazy as _

REASONS = [
    ("asked", _("The customer asked to be contacted")),
    ("order", _("A question about an order or delivery")),
    ("check", _("Comparing two records")),
    ("privacy", _("A privacy request")),
]
