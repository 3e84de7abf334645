"""Which tracked events are social acts, and where in them each part stands."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_DOERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "comment": ("social comment", "comment", "commented", "post commented", "comment received"),
        "mention": ("social mention", "mention", "mentioned", "brand mentioned", "mention received"),
        "like": ("social like", "like", "liked", "post liked", "liked post", "social reaction"),
        "share": ("social share", "post shared", "shared post", "social repost"),
        "follow": ("social follow", "follow", "followed", "account followed", "followed account"),
        "message": ("social message", "message received", "direct message", "direct message received"),
    }
)
KINDS: Mapping[str, str] = MappingProxyType({name: kind for kind, names in _DOERS.items() for name in names})
"""Name of the event, casefolded → kind of act. “Product Shared” is somebody passing an article on, and none of them."""
_PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "platform": ("platform", "network", "social_network", "channel"),
        "post": ("post", "post_id", "postId", "media_id", "video_id"),
        "url": ("post_url", "postUrl", "permalink", "url"),
        "campaign": ("campaign", "campaign_name"),
        "handle": ("handle", "username", "user_name", "author", "screen_name"),
        "followers": ("followers", "followers_count", "follower_count", "subscribers"),
        "text": ("text", "comment", "message", "body", "content"),
        "at": ("at", "created_at", "createdAt"),
        "external_id": ("external_id", "comment_id", "commentId", "mention_id", "message_id", "act_id", "id"),
        "replies_to": ("replies_to", "parent_id", "in_reply_to"),
    }
)


def raw(name: str, told: Mapping[str, Any]) -> dict[str, object]:
    """The parts of an act by the names of the targets, from the properties of an event of that name."""
    found: dict[str, object] = {"kind": KINDS[" ".join(name.casefold().replace("_", " ").split())]}
    for part, places in _PLACES.items():
        for place in places:
            value = told.get(place)
            if value not in (None, "") and isinstance(value, str | int | float) and not isinstance(value, bool):
                found[part] = value
                break
    return found
