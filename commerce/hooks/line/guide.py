"""How an official account on LINE is connected."""

from django.utils.translation import gettext_lazy as _

from commerce.hooks.guides import Guide, Step

GUIDE = Guide(
    icon="brand-line",
    brings=_("Who adds your official account, and what they write"),
    secret=_("Channel secret"),
    token=_("Channel access token"),
    before=(
        Step(
            _("Copy the channel secret"),
            _("At developers.line.biz open the Messaging API channel of your account. It stands under Basic settings."),
        ),
        Step(
            _("Copy the channel access token"),
            _("Under Messaging API, at the bottom, choose Issue beside the long-lived channel access token."),
        ),
    ),
    after=(
        Step(
            _("Paste the address"),
            _("Under Messaging API choose Edit beside Webhook URL, paste this address, then choose Update."),
            "address",
        ),
        Step(_("Let LINE try it"), _("Choose Verify: it must say Success. Then turn on “Use webhook”.")),
    ),
    test=Step(
        _("Try it"), _("Add your account as a friend with your own phone: a moment later you stand under Leads.")
    ),
)
