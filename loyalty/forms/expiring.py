"""Another expiry for one wallet, as a question to what is out now."""

from typing import Any

from django.utils.translation import gettext as _

from loyalty.forms.parts import Block, PartForm
from loyalty.rules.programme import Expiry


class ExpiryForm(PartForm):
    """Which wallet, and when what is in it would end. Begun with what is in force."""

    def build(self) -> None:
        """See the class."""
        if len(self.known.wallets) > 1:
            self.blocks.append(Block("", [self.wallet()]))
            self.fields["wallet"].label = _("What is counted")
        self.expiry_block(_("If it ended like this"))

    def clean(self) -> dict[str, Any]:
        """A length where one is needed."""
        given = super().clean() or {}
        kind = given.get("expiry.kind")
        if kind in {"fixed", "idle"} and not given.get("expiry.months") and not given.get("expiry.days"):
            self.add_error("expiry.months", _("After how many days or months do they end?"))
        return given

    def expiry(self) -> Expiry:
        """The policy that was asked for. Only of a valid form."""
        given = self.cleaned_data
        kind: Any = given["expiry.kind"] or "never"
        return Expiry(
            kind=kind,
            months=given["expiry.months"] or 0 if kind != "never" else 0,
            days=given["expiry.days"] or 0 if kind in {"fixed", "idle"} else 0,
            until=given["expiry.until"] or "day",
        )
