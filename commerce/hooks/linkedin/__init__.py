"""Lead forms of LinkedIn (Lead Sync API, versions of 2024 and later)."""

from commerce.hooks.linkedin import asking, envelope, guide, leads
from commerce.hooks.stores import Store

STORE = Store(
    key="linkedin",
    name="LinkedIn",
    envelope=envelope.read,
    sign=envelope.sign,
    also_signs=envelope.sign_body,
    greets=envelope.greets,
    guide=guide.GUIDE,
    topics={"lead_action": leads.told},
    parts=envelope.parts,
    tries=envelope.agree,
    asks={"lead_action": asking.fetch},
    setting="CDP_LINKEDIN_URL",
    is_platform=True,
)
