"""The public forms as things that ask people: each needs its disclosure (`consent.services.disclosures`)."""

from django.utils.translation import gettext_lazy as _

from consent.services import disclosures

disclosures.declare(
    disclosures.Asking("form", "signup", _("Sign-up form"), "/signup/"),
    disclosures.Asking("form", "warranty", _("Warranty form"), "/warranty/"),
    disclosures.Asking("form", "preorder", _("Pre-order form"), "/preorder/"),
)
