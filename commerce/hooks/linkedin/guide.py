"""How the lead forms of an ad account on LinkedIn are connected."""

from django.utils.translation import gettext_lazy as _

from commerce.hooks.guides import Guide, Step

GUIDE = Guide(
    icon="brand-linkedin",
    brings=_("Leads from the forms of your ads, with form, campaign and answers"),
    secret=_("Client secret"),
    shortest=16,
    token=_("Access token"),
    has_consent_box=True,
    before=(
        Step(
            _("Copy the client secret"),
            _(
                "At linkedin.com/developers open your app; it needs the product Lead Sync. The secret stands under"
                " Auth."
            ),
        ),
        Step(
            _("Make an access token"),
            _("Under Auth, OAuth tools, make a token with the permission r_marketing_leadgen_automation and copy it."),
        ),
    ),
    after=(
        Step(
            _("Register the address"),
            _("Give this address as webhook of a lead notification of your ad account. LinkedIn tries it at once."),
            "address",
        ),
    ),
    test=Step(
        _("Try it"),
        _("Fill in your own form in the preview of the ad. LinkedIn also tries the address again every two hours."),
    ),
)
