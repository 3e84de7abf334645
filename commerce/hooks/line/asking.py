"""The name and language under which somebody is known on LINE, fetched with the channel's access token."""

import re
from collections.abc import Mapping
from typing import Any

from commerce.hooks import asking, reading
from commerce.hooks.asking import Desk, Later

USER = re.compile(r"U[0-9a-f]{32}")
_WAIT = 60


def profile(body: Mapping[str, Any], desk: Desk) -> Mapping[str, Any]:
    """The profile of whoever the event is about. Nobody is held up for it: without a token, or with one that LINE does
    not accept any more, the id alone says who it is; the next event brings the name.

    LINE gives no profile of who has blocked the account or never agreed to be known.
    """
    user = reading.text(reading.mapping(body, "source"), "userId")
    if not USER.fullmatch(user) or not desk.token:
        return {}
    answer = desk.get(f"v2/bot/profile/{user}", headers={"Authorization": f"Bearer {desk.token}"})
    if asking.is_fine(answer):
        return {name: answer.body[name] for name in ("displayName", "language") if name in answer.body}
    match answer.status:
        case 401:
            desk.verdicts.append("token_refused")
        case 403:
            desk.verdicts.append("permission_missing")
        case 429:
            raise Later("rate_limited", answer.retry_after or _WAIT)
    return {}
