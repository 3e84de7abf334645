"""The channels there are. A new one is a new folder and a line here."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from campaigns.channels.contract import Carrier
from campaigns.channels.email import deliver as email

CARRIERS: dict[str, Callable[[], AbstractContextManager[Carrier]]] = {"email": email.carrier}
