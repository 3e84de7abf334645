"""The official account of a shop on LINE (webhooks of the Messaging API)."""

from commerce.hooks import signatures
from commerce.hooks.line import asking, chats, envelope, guide
from commerce.hooks.stores import Store

STORE = Store(
    key="line",
    name="LINE",
    envelope=envelope.read,
    sign=signatures.sign,
    greets=envelope.greets,
    guide=guide.GUIDE,
    topics={
        "follow": chats.followed,
        "unfollow": chats.left,
        "message": chats.wrote,
        "unsend": chats.unsent,
        "accountlink": chats.linked,
    },
    parts=envelope.parts,
    asks={"follow": asking.profile, "message": asking.profile, "accountlink": asking.profile},
    setting="CDP_LINE_URL",
    is_platform=True,
)
