"""The public forms as things that ask people: each needs its disclosure (`consent.services.disclosures`). Second
factors of staff, which hang on the root of the search index.
"""

from django.utils.translation import gettext_lazy as _

from cdp.core.keys import digests
from cdp.web import accounts
from consent.services import disclosures

disclosures.declare(
    disclosures.Asking("form", "signup", _("Sign-up form"), "/signup/"),
    disclosures.Asking("form", "warranty", _("Warranty form"), "/warranty/"),
    disclosures.Asking("form", "preorder", _("Pre-order form"), "/preorder/"),
    disclosures.Asking("form", "feedback", _("Review form"), "/feedback/"),
)
digests.declare_rewriting("second factors", accounts.reseal)
