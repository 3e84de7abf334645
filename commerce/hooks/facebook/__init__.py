"""Lead ads of Facebook and Instagram (webhook `leadgen` of a page, Graph API 2024 and later)."""

from commerce.hooks.facebook import asking, envelope, guide, leads
from commerce.hooks.stores import Store

STORE = Store(
    key="facebook",
    name="Facebook, Instagram",
    envelope=envelope.read,
    sign=envelope.sign,
    greets=envelope.greets,
    guide=guide.GUIDE,
    topics={"leadgen": leads.told},
    parts=envelope.parts,
    tries=envelope.agree,
    asks={"leadgen": asking.fetch},
    setting="CDP_META_URL",
    is_platform=True,
)
