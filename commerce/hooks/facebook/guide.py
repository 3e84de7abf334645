"""How the lead ads of a page on Facebook and Instagram are connected."""

from django.utils.translation import gettext_lazy as _

from commerce.hooks.guides import Guide, Step

GUIDE = Guide(
    icon="brand-facebook",
    brings=_("Leads from the forms of your ads, with form, campaign and answers"),
    secret=_("App secret"),
    token=_("Access token of the page"),
    has_consent_box=True,
    before=(
        Step(
            _("Copy the app secret"),
            _("At developers.facebook.com open your app (type Business). Under App settings, Basic, choose Show."),
        ),
        Step(
            _("Make an access token"),
            _(
                "In the Graph API Explorer choose your app and your page, and the permissions leads_retrieval,"
                " pages_show_list, pages_manage_metadata and pages_manage_ads. Make the token long-lived and copy it."
            ),
        ),
    ),
    after=(
        Step(
            _("Paste the address"),
            _(
                "In your app open Webhooks, choose Page, then Subscribe to this object. The callback URL is this"
                " address:"
            ),
            "address",
        ),
        Step(
            _("Paste the verify token"),
            _("It belongs into the field below. Then choose Verify and save."),
            "verify_token",
        ),
        Step(_("Subscribe to leads"), _("In the list of fields choose Subscribe beside “leadgen”.")),
        Step(
            _("Let your page send"),
            _(
                "In the Graph API Explorer send POST me/subscribed_apps?subscribed_fields=leadgen with the page's"
                " token."
            ),
        ),
    ),
    test=Step(
        _("Try it"),
        _(
            "Make a trial lead at developers.facebook.com/tools/lead-ads-testing. It is counted and makes nobody"
            " a customer."
        ),
    ),
)
