"""What is written in chats of the shop's official accounts, and who follows them: acts as by every other door."""

from commerce.services.hooks.chats import Heard
from customers.rules.people import Person
from surveys.rules.social.reading import Act
from surveys.services.social import taking
from surveys.services.social.taking import How, Said


def hear(heard: Heard) -> bool:
    """Keep it; whether it was news. The platform vouches for who it is."""
    act = Act(
        platform=heard.platform,
        kind=heard.what,
        number=heard.number,
        at=heard.at,
        handle=heard.handle,
        words=heard.text,
    )
    said = Said(act, Person(), told_at=heard.at)
    taken = taking.take([said], How(source=heard.source, now=heard.now, by=heard.platform, opens=True, is_live=True))
    return taken.created > 0
