"""What people write becomes a ticket, or goes on with the one that is open between them and the shop there."""

from collections.abc import Sequence

import structlog

from cdp.core.actors import SYSTEM
from cdp.core.models import Source
from customers.services import standing
from surveys.models import SocialAct, Ticket
from surveys.rules.social import naming
from surveys.services.tickets import opening, working

log = structlog.get_logger("social")
_GOING_ON = (Ticket.Status.OPEN, Ticket.Status.WAITING)


def number_of(act: SocialAct) -> str:
    """The number of what was written, as a ticket and as a message: platforms count by themselves."""
    return f"{act.platform}/{act.external_id}"


def open_for(written: Sequence[tuple[SocialAct, str]], *, source: Source) -> None:
    """For each act with its words, oldest first. One number of a platform is one message, however often it is told."""
    standing.queue({act.customer_id for act, _words in written})  # all at once, in the order that everybody keeps
    for act, words in sorted(written, key=lambda pair: pair[0].at):
        channel = Ticket.Channel.LINE if act.platform == naming.LINE else Ticket.Channel.SOCIAL
        known = Ticket.objects.filter(
            customer_id=act.customer_id, channel=channel, source=source.key, status__in=_GOING_ON
        )
        going_on = known.order_by("-id").first()
        try:
            if going_on is not None:
                working.say(
                    customer=act.customer_id,
                    ticket=going_on.id,
                    direction="in",
                    words=words,
                    number=number_of(act),
                    named_by=bytes(act.resolved_by) if act.resolved_by else None,
                    actor=SYSTEM,
                    at=act.at,
                )
            else:
                opening.open_ticket(
                    customer_id=act.customer_id,
                    channel=channel,
                    topic="",
                    words=words,
                    source=source.key,
                    external_id=number_of(act),
                    about=("social", act.id),
                    number_of_message=number_of(act),
                    named_by=bytes(act.resolved_by) if act.resolved_by else None,
                    at=act.at,
                    actor=SYSTEM,
                )
        except (opening.UnableToOpen, working.UnableToChange) as problem:
            log.warning("no ticket for what was written", row=str(act.id), fault=type(problem).__name__)
