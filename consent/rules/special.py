"""What is said and allowed about details of the special categories."""

from django.utils.translation import gettext_lazy as _

LONGEST = 80
WORDS = _(
    "The customer explicitly agrees that we keep this detail, sealed, and use it only to serve them better. They can"
    " take this back at any time; then it is deleted."
)
"""Beside the box that is never ticked beforehand, and in the evidence as the reader saw it."""
