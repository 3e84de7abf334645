"""The forms of each part of a programme: what may be said there, in words of the shop."""

from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty.forms.parts import Block, PartForm
from loyalty.rules.purse import Shortfall
from loyalty.selectors.sentences import ASKED

ZERO = Decimal(0)


class RuleForm(PartForm):
    """What every rule has."""

    def giving(self) -> None:
        """The block that says what it gives for what."""

    def build(self) -> None:
        """Name, what it gives, for what, when, how much at most, and how it stands beside other rules."""
        self.names_block("names", _("Name"), help=_("Members read it beside what they earned."))
        self.giving()
        self.window_block()
        self.caps_block()
        stacks = [
            ("add", _("Given beside other rules")),
            ("best", _("Of all such rules only the one that gives most")),
            ("only", _("If it gives something, no later rule is looked at")),
        ]
        names = [
            self.whole(
                "priority",
                pgettext("of rules", "Order"),
                _("Smaller numbers are looked at first."),
                most=10_000,
                default=100,
            ),
            self.choice("stack", _("Beside other rules"), stacks, default="add"),
            self.flag("is_qualifying", _("Counts for tiers where they count points"), default=True),
        ]  # fmt: skip
        self.blocks.append(Block(_("Beside other rules"), names))


class SpendForm(RuleForm):
    """So much for each amount that was paid."""

    def giving(self) -> None:
        """See the class."""
        bases = [("after_tax", _("Tax included")), ("before_tax", _("Before tax"))]
        rewards = [
            ("net", _("earns nothing")),
            ("gross", _("earns as well")),
            ("none", _("keeps the whole purchase from earning")),
        ]
        roundings = [
            ("floor", _("Only full amounts count")),
            ("half_up", _("Half an amount and more counts")),
            ("ceiling", _("An amount that was begun counts")),
        ]
        each = [("order", _("over the whole purchase")), ("line", _("line by line"))]
        names = [
            self.amount("points", _("How many"), default="1"),
            self.wallet(),
            self.money("per", _("For each")),
            self.money("minimum", _("For purchases from"), least=ZERO, default="0"),
            self.choice("basis", _("What is counted"), bases, default="after_tax"),
            self.choice("rewards", _("What is paid with points, vouchers or coupons"), rewards, default="net"),
            self.choice("rounding", _("Rounding"), roundings, default="floor"),
            self.choice("each", _("Rounded"), each, default="order"),
        ]
        self.blocks.append(Block(_("What it gives"), names, "rows"))
        self.articles_block()


class VisitForm(RuleForm):
    """So many for each purchase."""

    def giving(self) -> None:
        """See the class."""
        names = [
            self.amount("points", _("How many"), default="1"),
            self.wallet(),
            self.money("minimum", _("For purchases from"), least=ZERO, default="0"),
        ]
        self.blocks.append(Block(_("What it gives"), names, "rows"))
        self.articles_block()


class ItemForm(RuleForm):
    """So many for each piece."""

    def giving(self) -> None:
        """See the class."""
        names = [self.amount("points", _("How many for each piece"), default="1"), self.wallet()]
        self.blocks.append(Block(_("What it gives"), names, "rows"))
        self.articles_block()


class ActionForm(RuleForm):
    """So many for something that is no purchase."""

    def giving(self) -> None:
        """See the class."""
        what = [
            ("join", _("Joining")),
            ("birthday", _("Birthday")),
            ("review", _("A review")),
            ("referral", _("Having brought somebody")),
            ("referred", _("Having come by recommendation")),
            ("event", _("An event of that name")),
        ]
        names = [
            self.choice("what", _("For what"), what, default="join"),
            self.amount("points", _("How many")),
            self.wallet(),
            self.add(
                "event",
                forms.CharField(
                    label=_("Name of the event"),
                    required=False,
                    max_length=80,
                    help_text=_("Only for an event: the name under which the website or app tells it."),
                ),
            ),
        ]
        self.blocks.append(Block(_("What it gives"), names, "rows"))


class BonusForm(PartForm):
    """More for the same."""

    def build(self) -> None:
        """Name, how much more, for what, when, how often."""
        self.names_block("names", _("Name"), help=_("Members read it beside what they earned."))
        names = [
            self.amount("factor", _("Times"), _("2 doubles what rules give."), required=False),
            self.amount("extra", _("Or so many more, once for each purchase"), required=False),
            self.wallet(),
            self.money("minimum", _("For purchases from"), least=ZERO, default="0"),
        ]
        self.blocks.append(Block(_("How much more"), names, "rows", _("Either a multiplier or a fixed number.")))
        self.articles_block()
        self.window_block()
        self.caps_block()
        self.blocks.append(Block("", [self.flag("is_qualifying", _("Counts for tiers"), default=False)]))


class WalletForm(PartForm):
    """How a wallet is kept."""

    kind = "points"

    def build(self) -> None:
        """When it can be spent, when it ends, what it is worth; of stamps, the card."""
        waits = self.whole(
            "pending_days",
            _("Days before it can be spent"),
            _("Usually as long as purchases can be returned."),
            most=3660,
            default=0,
            required=False,
        )
        if self.kind == "stamps":
            names = [
                self.whole("full", _("Stamps of a full card"), least=2, most=100, required=False),
                self._reward(),
                self.whole("first", _("Stamps of a new card"), most=50, default=0, required=False),
            ]
            self.blocks.append(Block(_("The card"), names, "rows"))
        self.blocks.append(Block(_("When it can be spent"), [waits]))
        self.expiry_block(_("When it ends"))
        if self.kind == "stamps":
            return
        names = [
            self.money(
                "worth",
                _("What one is worth when it is spent"),
                _("Left empty, only rewards are given for it, and what the shop owes is not told in money."),
                required=False,
            ),
            self.percent(
                "expected",
                _("Percent that will ever be spent"),
                _("For the liability; the overview shows what it has been."),
                default="0.8",
            ),
            self.amount("smallest", _("Spent at least"), default="1"),
            self.amount("step", _("In steps of"), default="1"),
            self.percent(
                "most_of_basket",
                _("Percent of a purchase that it may pay"),
                _("50 keeps half of every purchase to be paid in money."),
                default="1",
            ),
        ]
        self.blocks.append(Block(_("Spending"), names, "rows"))

    def _reward(self) -> str:
        if not self.known.rewards:
            return self.add(
                "reward",
                forms.CharField(
                    label=_("Reward of a full card"), required=False, max_length=40, help_text=_("The key of a reward.")
                ),
            )
        now = str(self.before.get("reward") or "")
        choices = {"": "—", **({now: now} if now else {}), **self.known.rewards}
        return self.choice("reward", _("Reward of a full card"), choices.items(), required=False)


class StampsForm(WalletForm):
    """How stamps are kept."""

    kind = "stamps"


class TieringForm(PartForm):
    """How members rise and fall."""

    def build(self) -> None:
        """What counts, over how long, and how one falls."""
        bases = [
            ("spend", _("How much was spent")),
            ("points", _("How many points were earned")),
            ("visits", _("How many purchases were made")),
            ("items", _("How many pieces were bought")),
        ]
        windows = [
            ("rolling", _("The last months")),
            ("calendar", _("The calendar year")),
            ("joined", _("Years since joining")),
        ]
        falls = [
            ("counter", _("To the tier that fits")),
            ("one", _("By one tier")),
            ("never", _("Never")),
        ]
        names = [
            self.choice("basis", _("What counts"), bases, default="spend"),
            self.choice("window", _("Counted over"), windows, default="rolling"),
            self.whole("months", _("So many months"), _("Of “the last months”."), least=1, most=60, default=12),
            self.choice("downgrade", _("Who no longer reaches a tier falls"), falls, default="counter"),
            self.whole("keeps_days", _("Days for which a tier is kept at least"), most=3660, default=0),
        ]
        self.blocks.append(Block("", names))


class TierForm(PartForm):
    """A tier, and what it brings."""

    def build(self) -> None:
        """Name, from when on, what it brings."""
        self.names_block("names", _("Name"))
        names = [
            self.amount("at_least", _("From"), _("Of what counts for tiers: money, points, purchases or pieces."),
                        least=ZERO),
            self.amount("factor", _("Earns times"), default="1"),
            self.whole("birthday_days", _("Days around the birthday"), least=1, most=60, default=1),
        ]  # fmt: skip
        self.blocks.append(Block(_("What it takes and brings"), names, "rows"))
        self.expiry_block(_("When points of this tier end"), as_wallet=True)
        self.names_block("perks", _("What it brings in words"), help=_("Shown on the member card."))


class RefundsForm(PartForm):
    """What becomes of points when money goes back."""

    def build(self) -> None:
        """Where too little is left, and how long what comes back lasts."""
        ways = [
            (Shortfall.DEBT.value, _("the balance shows zero, and the rest is taken from what is earned next")),
            (Shortfall.NEGATIVE.value, _("the balance shows less than zero until enough is earned")),
            (Shortfall.DEDUCT.value, _("its worth is taken off the money that goes back at the counter")),
            (Shortfall.FORGIVE.value, _("the rest is forgiven")),
        ]
        names = [
            self.choice("shortfall", _("Where the points of a returned purchase have been spent"), ways,
                        default=Shortfall.DEBT.value),
            self.amount("limit", _("Nobody ever owes more than"), _("Left empty, there is no limit."), least=ZERO,
                        required=False),
            self.whole("grace_days", _("Days more for points and coupons that come back after their end"), most=3660,
                       default=30),
            self.flag("spent", _("Points and credit that paid for a purchase come back with what is returned of it"),
                      default=True),
            self.flag("coupons", _("A coupon can be used again whose purchase was cancelled or returned as a whole"),
                      default=True),
        ]  # fmt: skip
        self.blocks.append(Block("", names))


class JoiningForm(PartForm):
    """How people become members."""

    def build(self) -> None:
        """How, and what of before."""
        ways = [
            ("asked", _("When they ask to")),
            ("signup", _("Who signs up")),
            ("first_order", _("Who buys for the first time")),
        ]
        names = [
            self.choice("how", _("Who joins"), ways, default="asked"),
            self.several(
                "fields",
                _("What new members are asked besides name and contact"),
                [(key, str(label)) for key, label in ASKED.items()],
                _("On the sign-up form, where signing up is joining. Nobody has to answer."),
            ),
            self.whole("backdate_days", _("Days before joining whose purchases earn as well"), most=3660, default=0),
            self.whole("claim_days", _("Days in which a purchase without a name can be claimed"), most=3660,
                       default=30),
        ]  # fmt: skip
        self.blocks.append(Block("", names))


class ReferralsForm(PartForm):
    """When a recommendation counts."""

    def build(self) -> None:
        """How large, how long after, how often."""
        names = [
            self.money("minimum", _("The new customer's first purchase, at least"), least=ZERO, default="0"),
            self.whole("after_days", _("Days after it, if it was kept"), most=3660, default=14),
            self.whole("most_a_month", _("Recommendations a month that count for one member"), least=1, most=1000,
                       default=10),
        ]  # fmt: skip
        self.blocks.append(Block("", names))


class NoticesForm(PartForm):
    """When members are told of what is about to end."""

    def build(self) -> None:
        """How long before, from how many points on, and whom."""
        whom = [
            ("allowed", _("Who allows news of the shop")),
            ("members", _("Every member: the terms of the programme say so")),
        ]
        names = [
            self.whole("first_days", _("Days before something ends"), most=180, default=30),
            self.whole("last_days", _("Once more, days before"), most=180, default=7),
            self.amount("minimum", _("From how many points on"), default="1"),
            self.choice("to", _("Who is reminded"), whom, default="allowed"),
        ]
        self.blocks.append(
            Block(
                "",
                names,
                help=_(
                    "With 0 days there is no reminder. While a campaign on points about to end runs by itself, it "
                    "reminds instead."
                ),
            )
        )


class StaffForm(PartForm):
    """What staff may give and take by hand."""

    def build(self) -> None:
        """Two limits of points, two of stamps."""
        names = [
            self.amount("clerk", _("Points that a clerk gives and takes in a day, at most"),
                        _("Store credit up to what so many points are worth."), default="100"),
            self.amount("alone", _("Above so many points in a day a second person decides"), default="1000"),
            self.amount("clerk_stamps", _("Stamps that a clerk gives and takes in a day, at most"), default="2"),
            self.amount("stamps", _("Above so many stamps in a day a second person decides"), default="10"),
        ]  # fmt: skip
        self.blocks.append(Block("", names))


class GeneralForm(PartForm):
    """What belongs to the whole programme."""

    def build(self) -> None:
        """Name, money, multipliers, how long a till waits. Households are offered once they share."""
        self.names_block("names", _("Name of the programme"))
        ways = [
            ("largest", _("the largest counts")),
            ("sum", _("what each adds is added up: 2 and 1.5 make 2.5")),
            ("product", _("they are multiplied: 2 and 1.5 make 3")),
        ]
        names = [
            self.add(
                "currency",
                forms.RegexField(
                    "^[A-Z]{3}$",
                    label=_("Currency"),
                    help_text=_("Three letters, such as THB. Purchases in other currencies are converted."),
                ),
            ),
            self.choice("factors", _("Where several multipliers meet, tiers among them,"), ways, default="largest"),
            self.whole("hold_minutes", _("Minutes for which a till puts points aside"), least=1, most=10_080,
                       default=30),
            self.whole("household", _("How many members may share as a household"),
                       _("1: nobody shares. Above, whoever of the household spends may spend of what all have earned:"
                         " points and stamps, not store credit. A lower number leaves households that are there as they"
                         " are, and lets nobody else in."),
                       least=1, most=12, default=1),
        ]  # fmt: skip
        self.blocks.append(Block("", names))


RULES: Mapping[str, type[RuleForm]] = {"spend": SpendForm, "visit": VisitForm, "item": ItemForm, "action": ActionForm}
SECTIONS: Mapping[str, type[PartForm]] = {
    "bonuses": BonusForm,
    "tiering": TieringForm,
    "tiers": TierForm,
    "refunds": RefundsForm,
    "joining": JoiningForm,
    "referrals": ReferralsForm,
    "notices": NoticesForm,
    "staff": StaffForm,
    "general": GeneralForm,
}
