"""What is written in chats of the shop's official accounts, and who follows them: acts as by every other door."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import pgettext

from commerce.services.hooks import chats
from commerce.services.hooks.chats import Heard
from customers.rules.people import Person
from surveys.rules.social.reading import Act
from surveys.services.social import taking, unsaying
from surveys.services.social.taking import How, Said

_SENT = {
    "image": lambda: pgettext("chat", "(sent a picture)"),
    "sticker": lambda: pgettext("chat", "(sent a sticker)"),
    "video": lambda: pgettext("chat", "(sent a video)"),
    "audio": lambda: pgettext("chat", "(sent a voice message)"),
    "file": lambda: pgettext("chat", "(sent a file)"),
    "location": lambda: pgettext("chat", "(sent a place on the map)"),
}


def hear(heard: Heard) -> bool:
    """Keep it; whether it was news. The platform vouches for who it is."""
    if heard.what == chats.UNSEND:
        return unsaying.take_back(heard)
    act = Act(
        platform=heard.platform,
        kind=heard.what,
        number=heard.number,
        at=heard.at,
        handle=heard.handle,
        words=heard.text or _sent(heard.sent),
    )
    said = Said(act, Person(), told_at=heard.at)
    taken = taking.take([said], How(source=heard.source, now=heard.now, by=heard.platform, opens=True, is_live=True))
    return taken.created > 0


def _sent(what: str) -> str:
    """What was sent instead of words, in the shop's language: somebody has to look at it in the chat itself."""
    with translation.override(settings.LANGUAGE_CODE):
        return _SENT[what]() if what in _SENT else ""
