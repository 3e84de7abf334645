"""The one place where the order of reactions can be read.

Each step takes customer ids and a time, finds what is missing by looking at the facts of the rooms below it, writes
it with a unique key, and may run twice without harm. Marks, locks and the runner are in `cdp.core.pipeline`.
"""

from analytics.services import metrics, segments
from campaigns.services import triggers
from commerce.services import booking
from customers.services import erasing, merging
from customers.services.companies import linking
from events.services import sessions
from loyalty.services import accruing, actions, coupons, figures, full_cards, promised, promotions, referring
from surveys.services import collecting
from surveys.services.interviews import testimonials
from surveys.services.social import collecting as social
from surveys.services.understanding import reading

STEPS = (
    ("customers.erased", erasing.sweep),
    ("customers.strays", merging.gather),
    ("events.sessions", sessions.update),
    ("commerce.book", booking.book),
    ("surveys.collect", collecting.collect),
    ("surveys.social", social.collect),
    ("surveys.understand", reading.understand),
    ("surveys.testimonials", testimonials.look_after),
    ("loyalty.coupons", coupons.settle),
    ("loyalty.promotions", promotions.settle),
    ("loyalty.accrue", accruing.accrue),
    ("loyalty.actions", actions.reward),
    ("loyalty.referrals", referring.settle),
    ("loyalty.promised", promised.give),
    ("loyalty.cards", full_cards.fill),
    ("loyalty.members", figures.keep),
    ("customers.companies", linking.link),
    ("analytics.metrics", metrics.update),
    ("analytics.segments", segments.update),
    ("campaigns.triggers", triggers.react),
)
