"""Acts of the ledger in words, as staff read them: what happened, why, who did it and where."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cdp.core import sources, written_dates, written_numbers
from cdp.core.crypto import subjects
from cdp.core.models import ApiKey
from commerce.models import Order
from customers.models import Customer
from customers.selectors import lineage, staff
from loyalty.models import Act, Hold
from loyalty.rules.adjusting import Why
from loyalty.selectors import households, purses, versions, wallets
from loyalty.selectors.ledger import Entry
from loyalty.selectors.thanks import NAMES as THANKED
from loyalty.selectors.versions import Timeline
from loyalty.selectors.wallets import Wallet

KIND = Act.Kind
TABLE = "loyalty_act"
MOST_LINES = 50
MINUS = "−"


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of an order brought."""

    sku: str
    quantity: str
    amount: str
    points: str


@dataclass(slots=True)
class Told:
    """One act in words. `change` has its sign; empty where nothing came or went. `why` are sentences, `order` the
    number of the order it is about, `merged` the name of who it was written for before two were found to be one.
    """

    entry: Entry
    title: str
    icon: str
    tone: str = ""
    change: str = ""
    amount: str = ""
    after: str = ""
    why: list[str] = field(default_factory=list)
    words: str = ""
    order: str = ""
    who: str = ""
    where: str = ""
    merged: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    may_be_reversed: bool = False


class Teller:
    """Tells the acts of one member; everything they name is read once, a query for each kind of thing."""

    def __init__(self, customer: uuid.UUID, entries: Sequence[Entry], *, timeline: Timeline | None = None) -> None:
        """`customer` stands for themselves."""
        self.entries = entries
        self.timeline = timeline or versions.published()
        self.known = wallets.every()
        self.rows = lineage.of(customer)
        self.top = customer
        acts = [entry.act for entry in entries if entry.act]
        facts = {act.fact_id for act in acts if act.fact_id}
        self.keyring = subjects.load(lineage.everybody({*self.rows, *(act.customer_id for act in acts)}))
        writers = purses.writers(self.rows)
        self.orders = _orders(writers, facts)
        # Of a household: who else took of these lots.
        self.mates = {row: households.first_name(row) for row in {act.customer_id for act in acts} - writers}
        self.holds = {row.id: row for row in Hold.objects.filter(customer_id__in=self.rows, id__in=facts)}
        self.people = staff.names(
            one
            for act in acts
            for one in (act.actor_id if act.actor_kind == "staff" else None, (act.details or {}).get("approved_by"))
        )
        self.keys = _keys(act.actor_id for act in acts if act.actor_kind == "key")
        self.sources = sources.names() if any(act.source for act in acts) else {}
        self.merged = _names(self.keyring, [row for row in self.rows if row != customer])
        self.reversed = self._reversed(acts)

    def tell(self) -> list[Told]:
        """All of them, in their order."""
        return [self.told(entry) for entry in self.entries]

    def told(self, entry: Entry) -> Told:
        """One of them."""
        act, wallet = entry.act, self.known.get(entry.wallet) or wallets.unknown(entry.wallet)
        if act is None:
            found = Told(entry, _("Booked while this wallet was shared with somebody"), "arrows-split-2")
        elif act.customer_id in self.mates:
            title = pgettext("somebody: what they did", "%(name)s: %(what)s")
            what = {"name": self.mates[act.customer_id] or _("a member"), "what": act.get_kind_display()}
            found = Told(entry, title % what, "users", why=[_("They share, or shared then")])
        else:
            found = self._titled(entry, act, wallet)
            found.who, found.where = self._who(act), self._where(act)
            if entry.shared:
                amount = wallet.counted(entry.shared)
                found.why.append(_("%(amount)s of it out of what others of the household earned") % {"amount": amount})
            found.order = self.orders.get(act.fact_id, "") if act.fact_id else ""
            if act.words:
                found.words = self.keyring.open(act.words, table=TABLE, column="words", row=act.id)
            found.may_be_reversed = (
                act.kind == KIND.ADJUST and act.id not in self.reversed and not (act.details or {}).get("reverses")
            )
        found.amount = wallet.counted(entry.amount)
        found.after = wallet.amount(entry.after) if entry.after >= 0 else MINUS + wallet.amount(-entry.after)
        if entry.change:
            sign = "+" if entry.change > 0 else MINUS
            found.change = sign + wallet.counted(abs(entry.change))
            found.tone = found.tone or ("success" if entry.change > 0 else "")
        found.merged = sorted({self.merged[row] for row in entry.rows if row in self.merged})
        return found

    # --- what happened ---

    def _titled(self, entry: Entry, act: Act, wallet: Wallet) -> Told:  # noqa: PLR0911  (one sentence for each kind)
        amount = wallet.counted(entry.amount)
        match act.kind:
            case KIND.EARN:
                return self._earned(entry, act, wallet)
            case KIND.REFUND:
                return self._taken_back(entry, act, wallet)
            case KIND.ADJUST:
                return self._adjusted(entry, act)
            case KIND.REDEEM | KIND.CAPTURE | KIND.HOLD | KIND.RELEASE | KIND.RESTORE:
                return self._redemption(entry, act, amount)
            case KIND.EXPIRE:
                gone = act.reason == "left"
                title = _("Ended, as they left the programme") if gone else pgettext("points", "Expired")
                return Told(entry, title, "hourglass")
            case KIND.REINSTATE:
                return Told(entry, _("The end was put off: it can be spent again"), "refresh")
            case KIND.ACTIVATE:
                return Told(entry, _("%(amount)s can be spent now") % {"amount": amount}, "clock")
            case KIND.SETTLE:
                return Told(entry, _("%(amount)s paid what was owed") % {"amount": amount}, "scale")
            case KIND.OPENING:
                return Told(entry, _("Brought along from the system before"), "login")
            case KIND.PARTED:
                return Told(entry, _("Two who were one were parted: each has their own"), "arrows-split-2")
            case _:
                return Told(entry, str(act.get_kind_display()), "point")

    def _earned(self, entry: Entry, act: Act, wallet: Wallet) -> Told:
        details, cause = act.details or {}, act.cause
        head = cause.partition(":")[0]
        titles = {
            "order": _("More for an order that changed") if "#" in cause else _("Earned by a purchase"),
            "return": _("Given back for a return"),
            "told": _("Given by a store or till"),
            "join": _("For joining the programme"),
            "survey": _("For answering a questionnaire"),
            "birthday": _("For a birthday"),
            "review": _("For a review"),
            "referral": _("For having brought somebody"),
            "referred": _("For having been brought by somebody"),
        }
        title = titles.get(head) or pgettext("points", "Earned")
        if head == "join" and cause.endswith(":first"):
            title = _("What a new card starts with")
        found = Told(entry, title, "coins")
        found.why = self._rules(act, wallet)
        if entry.into("pending"):
            when = self._active_from(act)
            if when:
                found.why.append(_("Can be spent from %(day)s") % {"day": written_dates.whole(when)})
        if paid := entry.into("debt"):
            found.why.append(_("%(amount)s of it paid what was owed") % {"amount": wallet.counted(paid)})
        found.lines = self._lines(details, act, wallet)
        return found

    def _taken_back(self, entry: Entry, act: Act, wallet: Wallet) -> Told:
        title = _("Taken back: money was given back") if act.reason == "refund" else _("Taken back: the order is void")
        if act.cause.startswith("return:"):
            title = _("Taken back: a return")
        found = Told(entry, title, "arrow-back-up")
        told = (
            ("debt", _("%(amount)s of it stays owed: it was not there any more")),
            ("forgiven", _("%(amount)s was not there any more and is let go")),
            ("deducted", _("%(amount)s was not there any more and was taken off the refund")),
            ("expired", _("%(amount)s of it had ended before")),
        )
        for account, words in told:
            if part := entry.out_of(account):
                found.why.append(words % {"amount": wallet.counted(part)})
        return found

    def _adjusted(self, entry: Entry, act: Act) -> Told:
        if (act.details or {}).get("reverses"):
            found = Told(entry, _("An adjustment was taken back"), "arrow-back-up")
            self._approved(found, act)
            return found
        title = _("Given by hand") if entry.change > 0 else _("Taken by hand")
        found = Told(entry, title, "user-edit")
        if about := (act.details or {}).get("about", ""):
            found = Told(entry, _("Thanked for a useful suggestion"), "heart")
            found.why = [str(THANKED[kind])] if (kind := about.partition(":")[0]) in THANKED else []
        elif act.reason in Why.values:
            found.why = [str(Why(act.reason).label)]
        self._approved(found, act)
        return found

    def _approved(self, found: Told, act: Act) -> None:
        if approver := (act.details or {}).get("approved_by"):
            found.why.append(_("Approved by %(name)s") % {"name": self.people.get(approver) or _("a former colleague")})

    def _redemption(self, entry: Entry, act: Act, amount: str) -> Told:
        hold = self.holds.get(act.fact_id) if act.fact_id else None
        titles = {
            KIND.REDEEM: (pgettext("points", "Redeemed"), "shopping-bag"),
            KIND.CAPTURE: (pgettext("points", "Redeemed"), "shopping-bag"),
            KIND.HOLD: (_("%(amount)s put aside for a purchase"), "lock"),
            KIND.RELEASE: (_("%(amount)s put aside and given back"), "lock-open"),
            KIND.RESTORE: (_("A redemption was taken back"), "arrow-back-up"),
        }
        title, icon = titles[KIND(act.kind)]
        found = Told(entry, title.replace("%(amount)s", amount), icon)
        reference = (act.details or {}).get("reference") or (hold.reference if hold else "")
        if hold and hold.reward:
            found.why.append(_("Reward: %(name)s") % {"name": hold.reward})
        if reference:
            found.why.append(_("Number of the sale: %(number)s") % {"number": reference})
        return found

    # --- why ---

    def _rules(self, act: Act, wallet: Wallet) -> list[str]:
        """The rules that gave it, each with how much, by the names they had in the version that judged it."""
        version = self.timeline.by_id(act.version)
        given: Mapping[str, str] = (act.details or {}).get("rules") or {}
        if not given or (len(given) == 1 and act.cause.partition(":")[0] in {"join", "survey"}):
            return []
        named = _rule_names(version.programme) if version else {}
        return [f"{named.get(rule, rule)}: {wallet.amount(Decimal(points))}" for rule, points in given.items()]

    def _active_from(self, act: Act) -> dt.date | None:
        version = self.timeline.by_id(act.version)
        if version is None:
            return None
        days = version.programme.wallet(act.wallet).pending_days
        return timezone.localdate(act.at + dt.timedelta(days=days)) if days else None

    def _lines(self, details: Mapping[str, Any], act: Act, wallet: Wallet) -> list[Line]:
        version = self.timeline.by_id(act.version)
        currency = version.programme.currency if version else ""
        return [
            Line(
                sku,
                written_numbers.number(Decimal(quantity)),
                written_numbers.money(Decimal(amount), currency) if currency else amount,
                wallet.amount(Decimal(points)),
            )
            for sku, quantity, amount, points in (details.get("lines") or [])[:MOST_LINES]
        ]

    # --- who, where ---

    def _who(self, act: Act) -> str:
        if act.actor_kind == "staff":
            return self.people.get(str(act.actor_id)) or _("a former colleague")
        if act.actor_kind == "customer":
            return _("the member")
        return self.keys.get(act.actor_id, "") if act.actor_kind == "key" and act.actor_id else ""

    def _where(self, act: Act) -> str:
        source = sources.name_in(self.sources, act.source) if act.source in self.sources else ""
        return " · ".join(dict.fromkeys(part for part in (act.place, source) if part))

    def _reversed(self, acts: Sequence[Act]) -> set[uuid.UUID]:
        """Which of these adjustments were taken back."""
        wanted = {f"reversed:{act.id}": act.id for act in acts if act.kind == KIND.ADJUST}
        if not wanted:
            return set()
        rows = Act.objects.filter(customer_id__in=purses.writers(self.rows), kind=KIND.ADJUST, cause__in=wanted)
        return {wanted[cause] for cause in rows.values_list("cause", flat=True)}


def _orders(people: set[uuid.UUID], facts: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not facts:
        return {}
    rows = Order.objects.filter(customer_id__in=people, id__in=facts)
    return dict(rows.values_list("id", "external_id"))


def _keys(ids: Any) -> dict[uuid.UUID, str]:
    wanted = {one for one in ids if one}
    return dict(ApiKey.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


def _names(keyring: subjects.Keyring, rows: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What those who were merged were called."""
    found = Customer.objects.filter(id__in=list(rows)).values_list("id", "name") if rows else ()
    return {
        row: keyring.open(name, table="customers_customer", column="name", row=row) or _("a record without a name")
        for row, name in found
    }


def _rule_names(programme: Any) -> dict[str, str]:
    language = written_dates.locale().language
    return {
        rule.key: rule.names.get(language) or rule.names.get("en") or rule.key
        for rule in (*programme.rules, *programme.bonuses)
    }
