"""What programs tell of people beside what they do, for the report of what nobody uses."""

from django.utils.translation import gettext_lazy as _

from cdp.core.minimising import Field

TRAITS = "event.traits"
FIELDS = (
    # What of the traits is a field of a person stands in the profile and is a field of its own there; what a program
    # told as it told it stays sealed with the event.
    Field(
        TRAITS,
        _("Traits as programs told them"),
        table="events_event",
        column="r.kind = 'identify' AND r.sealed IS NOT NULL AND r.id >= %(floor)s",
        sensitive=True,
        can_stop=True,
    ),
)
