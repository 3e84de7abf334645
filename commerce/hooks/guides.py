"""What somebody does, click by click, to connect a store or a platform: before we know its secret, and afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
Shows = Literal["", "address", "verify_token", "topics", "secret"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `shows` is what stands beside it to be copied: our address, the verify token, the names of the
    webhooks to make, or a secret that we propose.
    """

    title: Text
    text: Text
    shows: Shows = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """How one kind of store or platform is connected.

    `brings` says what arrives; `secret` is what the platform calls the thing its webhooks are signed with; `token` what
    it calls the access token (empty: it has none); `topics` are the webhooks to make, by the names they have there.
    """

    icon: str
    brings: Text
    secret: Text
    before: Sequence[Step]
    after: Sequence[Step]
    test: Step
    token: Text = ""
    has_consent_box: bool = False
    shortest: int = 32
    """What a whole secret has at least; a shorter one was cut while it was copied."""
    topics: Sequence[str] = ()
