"""A loyalty programme as data: how points are earned, kept, spent and lost. Read from JSON, told by a schema.

Money is in the programme's currency, as decimal strings; points are whole unless the wallet says otherwise. `checking`
says what stands in the way of publishing; here is only what can be read at all.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cdp.core import structures
from loyalty.rules.purse import Shortfall

Language = Literal["en", "th", "ko"]
Key = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$", description="small letters, digits, _ and -")]
Words = Annotated[str, Meta(min_length=1, max_length=300)]
Texts = dict[Language, Words]
Days = Annotated[int, Meta(ge=0, le=3660)]
Wallet = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,19}$", description="the key of a wallet")]
MAIN = "points"
"""The wallet that tiers multiply, and whose acts carry what counts for tiers."""


def _above_zero(part: Any, *names: str) -> None:
    for name in names:
        value = getattr(part, name)
        if value is not None and not (value.is_finite() and value > 0):
            raise ValueError(f"Expected `{name}` > 0")


def _not_negative(part: Any, *names: str) -> None:
    for name in names:
        value = getattr(part, name)
        if value is not None and not (value.is_finite() and value >= 0):
            raise ValueError(f"Expected `{name}` >= 0")


def _share(part: Any, *names: str) -> None:
    for name in names:
        if not (getattr(part, name).is_finite() and 0 <= getattr(part, name) <= 1):
            raise ValueError(f"Expected `{name}` from 0 to 1")


class Some(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Some articles: those of these SKUs or categories; all where nothing is named."""

    skus: Annotated[list[str], Meta(max_length=500)] = []
    categories: Annotated[list[str], Meta(max_length=100)] = []


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When something counts, by the shop's clock: from the start of a day to the end of another, on these weekdays
    (1 is Monday), between these hours.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    weekdays: list[Annotated[int, Meta(ge=1, le=7)]] = []
    opens: dt.time | None = None
    closes: dt.time | None = None


class Cap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """At most that much of a rule for each member: per fact, per day, week, month or year of the shop's calendar."""

    per: Literal["fact", "day", "week", "month", "year", "ever"]
    points: Decimal | None = None
    times: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "points")


class Rule(msgspec.Struct, tag_field="on", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every rule has.

    `priority`: smaller first. `stack`: `add` is given beside others; of all `best` only the one that gives most; the
    first `only` that gives anything on a fact is the last rule looked at. `tiers`: for members of these only.
    """

    key: Key
    names: Texts = {}
    wallet: Wallet = "points"
    priority: Annotated[int, Meta(ge=0, le=10_000)] = 100
    stack: Literal["add", "best", "only"] = "add"
    window: Window = Window()
    tiers: list[Key] = []
    caps: Annotated[list[Cap], Meta(max_length=6)] = []
    is_qualifying: bool = True


class Spend(Rule, tag="spend", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many points for each full `per` of what was paid for these articles.

    `basis`: before or after tax. `rewards`: what was paid with points, vouchers and our coupons earns (`gross`), does
    not (`net`), or keeps the whole order from earning (`none`). `each`: the amount is rounded over the order or line
    by line.
    """

    per: Decimal
    points: Decimal = Decimal(1)
    basis: Literal["before_tax", "after_tax"] = "after_tax"
    rewards: Literal["gross", "net", "none"] = "net"
    of: Some = Some()
    but: Some = Some()
    minimum: Decimal = Decimal(0)
    rounding: Literal["floor", "half_up", "ceiling"] = "floor"
    each: Literal["order", "line"] = "order"

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "per", "points")
        _not_negative(self, "minimum")


class Visit(Rule, tag="visit", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many for an order of at least `minimum`, once a day where a cap says so: the usual stamp card."""

    points: Decimal = Decimal(1)
    of: Some = Some()
    but: Some = Some()
    minimum: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "points")
        _not_negative(self, "minimum")


class Item(Rule, tag="item", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many for each piece of these articles."""

    points: Decimal = Decimal(1)
    of: Some = Some()
    but: Some = Some()

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "points")


class Action(Rule, tag="action", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many for something that is no purchase. `what`: joining, a birthday, a review, having brought somebody
    (`referral`) or been brought (`referred`), an event of that name. What questionnaires promise stands with them.
    """

    what: Literal["join", "birthday", "review", "referral", "referred", "event"]
    points: Decimal
    event: str = ""

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "points")


class Bonus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """More for the same: what rules give on these articles in that window is multiplied, or added to once per order.

    Of several multipliers on one line `stack` decides: the largest, their sum less one each, or their product.
    """

    key: Key
    names: Texts = {}
    wallet: Wallet = "points"
    factor: Decimal | None = None
    extra: Decimal | None = None
    of: Some = Some()
    but: Some = Some()
    minimum: Decimal = Decimal(0)
    window: Window = Window()
    tiers: list[Key] = []
    caps: Annotated[list[Cap], Meta(max_length=6)] = []
    is_qualifying: bool = False

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "factor", "extra")
        _not_negative(self, "minimum")


class Expiry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When points end. `fixed`: so many days or months after they could first be spent; `month`: so many months after
    the month in which they were earned; `idle`: so long after the member's last purchase or redemption, all at once.
    A fixed end lasts until the end of its day, month or year by the shop's clock.
    """

    kind: Literal["never", "fixed", "month", "idle"] = "never"
    days: Days = 0
    months: Annotated[int, Meta(ge=0, le=120)] = 0
    until: Literal["moment", "day", "month", "year"] = "day"


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rank, from that much of the basis on, and what it brings. Without an expiry of its own the wallet's holds.

    `factor` is of points alone: a visit is one stamp for everybody.
    """

    key: Key
    names: Texts
    at_least: Decimal
    factor: Decimal = Decimal(1)
    expiry: Expiry | None = None
    birthday_days: Annotated[int, Meta(ge=1, le=60)] = 1
    perks: Texts = {}

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "factor")
        _not_negative(self, "at_least")


class Tiering(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How members rise and fall. The counter is apart from what can be spent.

    `window`: the last so many months, the calendar year, or years since joining. Up at once; down when the window's
    counter no longer reaches and `keeps_days` since the rise are over: by one rank, to where the counter is, or never.
    """

    tiers: Annotated[list[Tier], Meta(max_length=12)] = []
    basis: Literal["spend", "points", "visits", "items"] = "spend"
    window: Literal["rolling", "calendar", "joined"] = "rolling"
    months: Annotated[int, Meta(ge=1, le=60)] = 12
    downgrade: Literal["one", "counter", "never"] = "counter"
    keeps_days: Days = 0


class Refunds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What becomes of points when money goes back. `spent`: whether points and credit that paid for a purchase come
    back by themselves with what its store tells of returns; else only when it says so.
    """

    spent: bool = True
    shortfall: Shortfall = Shortfall.DEBT
    limit: Decimal | None = None
    grace_days: Days = 30
    coupons: bool = True  # whether a code can be used again whose purchase was cancelled or wholly returned

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _not_negative(self, "limit")

    def shown(self, balance: Decimal) -> Decimal:
        """A balance as its owner sees it: below zero only where the programme wants it so. Else what is owed is told
        beside it.
        """
        return balance if self.shortfall is Shortfall.NEGATIVE else max(balance, Decimal(0))

    @property
    def without_money(self) -> Shortfall:
        """The same where no money goes back of which anything could be deducted, or somebody else paid it out before:
        what is missing is owed.
        """
        return Shortfall.DEBT if self.shortfall is Shortfall.DEDUCT else self.shortfall


class Wallets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one wallet is kept."""

    pending_days: Days = 0
    expiry: Expiry = Expiry()
    # Of points: what one of them is worth when it is spent, so that a till can offer money off and the shop knows what
    # it owes. None where only rewards are given for them.
    worth: Decimal | None = None
    smallest: Decimal = Decimal(1)
    step: Decimal = Decimal(1)
    most_of_basket: Decimal = Decimal(1)
    # Of stamps: how many make a full card, which reward that gives, what becomes of its unused coupon when a stamp of
    # it comes back, and how many a new member starts with.
    full: Annotated[int, Meta(ge=2, le=100)] | None = None
    reward: str = ""
    undone: Literal["void", "keep"] = "void"
    first: Annotated[int, Meta(ge=0, le=50)] = 0
    expected: Decimal = Decimal("0.8")  # how much of it will ever be redeemed, for what is owed (IFRS 15)

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "worth", "smallest", "step")
        _share(self, "most_of_basket", "expected")


class Joining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How people become members, and what they are asked then. `backdate_days`: orders that old earn at joining."""

    how: Literal["asked", "signup", "first_order"] = "asked"
    fields: Annotated[list[str], Meta(max_length=20)] = []
    backdate_days: Days = 0
    claim_days: Days = 30


class Referrals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has to happen before somebody's recommendation counts, and how often it may."""

    minimum: Decimal = Decimal(0)
    after_days: Days = 14
    most_a_month: Annotated[int, Meta(ge=1, le=1000)] = 10

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _not_negative(self, "minimum")


class Notices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When members are told of what is about to end: so many days before, and once more; 0 for not at all. `to`:
    who allows news of the shop (`allowed`), or every member, where the terms of the programme say so (`members`).
    """

    first_days: Annotated[int, Meta(ge=0, le=180)] = 30
    last_days: Annotated[int, Meta(ge=0, le=180)] = 7
    minimum: Decimal = Decimal(1)
    to: Literal["allowed", "members"] = "allowed"

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "minimum")

    @property
    def ahead(self) -> tuple[int, ...]:
        """So many days before, fewest first; none where nobody is told."""
        return tuple(sorted({days for days in (self.first_days, self.last_days) if days}))


class Staff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What staff may give and take by hand in a day, each of a wallet: a clerk up to `clerk`; above `alone` a second
    person decides. Stamps have limits of their own, and money those of the points that it is worth.
    """

    clerk: Decimal = Decimal(100)
    alone: Decimal = Decimal(1000)
    clerk_stamps: Decimal = Decimal(2)
    stamps: Decimal = Decimal(10)

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _above_zero(self, "clerk", "alone", "clerk_stamps", "stamps")


class Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole programme."""

    schema: Literal[1]
    names: Texts
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    rules: Annotated[list[Spend | Visit | Item | Action], Meta(max_length=100)] = []
    bonuses: Annotated[list[Bonus], Meta(max_length=100)] = []
    factors: Literal["largest", "sum", "product"] = "largest"
    wallets: dict[Wallet, Wallets] = {}
    tiering: Tiering = Tiering()
    refunds: Refunds = Refunds()
    joining: Joining = Joining()
    referrals: Referrals = Referrals()
    notices: Notices = Notices()
    staff: Staff = Staff()
    hold_minutes: Annotated[int, Meta(ge=1, le=10_080)] = 30
    household: Annotated[int, Meta(ge=1, le=12)] = 1

    def wallet(self, key: str) -> Wallets:
        """How that wallet is kept; as nothing is said, where nothing is said."""
        return self.wallets.get(key) or Wallets()

    def expiry(self, wallet: str, tier: str) -> Expiry:
        """When what is in that wallet ends: of points the tier may have a say, everything else is the wallet's."""
        own = [rank.expiry for rank in self.tiering.tiers if rank.key == tier and rank.expiry]
        return own[0] if own and wallet == "points" else self.wallet(wallet).expiry


def read(value: Any) -> Programme:
    """The programme that a decoded JSON value describes. Raises `structures.Invalid` with every mistake it finds."""
    return structures.read(value, Programme, parts={"rules": Spend | Visit | Item | Action, "bonuses": Bonus})


def written(programme: Programme) -> Mapping[str, Any]:
    """The programme as JSON value; what has its default is left out."""
    found: Mapping[str, Any] = msgspec.to_builtins(programme)
    return found


def schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) of a programme, made of the classes that read it."""
    return structures.schema(Programme, title="Loyalty programme")
