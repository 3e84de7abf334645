"""What a delivery does not carry is asked for, outside any transaction, before it is read.

Platforms tell that a lead is there; what the person wrote must be fetched with the shop's own access token. What comes
of asking is put into the body under FETCHED, so that readers stay pure and a replay asks again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from cdp.core import fetching
from cdp.core.crypto import index

FETCHED = "$fetched"
REMEMBERED = 3600
LONGEST_WAIT = 6 * 3600
SERVER_FAULT = 500
_OK = 200


class Later(Exception):
    """It cannot be had now; `wait` is how many seconds the platform asks for, if it said."""

    def __init__(self, code: str, wait: int | None = None) -> None:
        super().__init__(code)
        self.code, self.wait = code, None if wait is None else min(max(wait, 1), LONGEST_WAIT)


class Refused(Exception):
    """It will not be had by asking again; staff read why by its `code`."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(code)
        self.code, self.place = code, place


@dataclass(frozen=True, slots=True)
class Desk:
    """What asking needs: the source, our secret and access token at the platform, the address of its interface.

    `verdicts` say whether the platform accepted the token when it was asked: empty, or the code of why it did not.
    """

    source: str
    secret: bytes
    token: str
    address: str
    verdicts: list[str] = field(default_factory=list)

    def get(self, path: str, *, query: Mapping[str, str] | None = None, headers: Mapping[str, str]) -> fetching.Answer:
        """Ask for one thing. Raises Later where no answer came."""
        try:
            answer = fetching.get(f"{self.address}/{path}", query=query, headers=headers)
        except fetching.Unreachable as problem:
            raise Later(problem.code) from problem
        if answer.status >= SERVER_FAULT:
            raise Later("platform_down", answer.retry_after)
        if is_fine(answer):
            self.verdicts.append("")
        return answer

    def remembered(self, name: str, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """What was asked for within the hour; only for things that tell nothing of people, such as a form's name."""
        digest = index.lasting("commerce.asked", f"{self.source}\n{name}")
        key = f"hooks:{digest.hex()}"
        found: Mapping[str, Any] | None = cache.get(key)
        if found is None:
            found = ask()
            cache.set(key, found, REMEMBERED)
        return found


Asker = Callable[[Mapping[str, Any], Desk], Mapping[str, Any]]
"""Takes a body and gives what belongs under FETCHED. Raises Later and Refused."""


def needs_token(desk: Desk) -> None:
    """Raises Refused where nobody has given us an access token."""
    if not desk.token:
        raise Refused("token_missing")


def is_fine(answer: fetching.Answer) -> bool:
    """Whether the answer is what was asked for."""
    return answer.status == _OK
