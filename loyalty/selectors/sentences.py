"""A programme in sentences that staff read, place by place; `programme_parts` puts them together and compares them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import cast

from babel import dates
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, pgettext

from cdp.core import written_dates, written_numbers
from loyalty.rules.programme import (
    Action,
    Bonus,
    Cap,
    Expiry,
    Item,
    Programme,
    Rule,
    Some,
    Spend,
    Texts,
    Tier,
    Visit,
    Wallets,
    Window,
)
from loyalty.rules.purse import Shortfall
from loyalty.selectors import wallets as naming
from loyalty.selectors.wallets import Wallet

ASKED = {
    "birth_date": _lazy("Date of birth"),
    "interests": _lazy("Interests"),
    "gender": _lazy("Gender"),
    "heard": _lazy("How they heard of the shop"),
    "chose": _lazy("Why they chose it"),
}
"""What a new member may be asked besides name and contact: those of `customers.rules.profiling` that forms can ask."""
MOST_NAMED = 5
"""Articles that are named in a sentence; of more only the number is told."""


def called(names: Texts, key: str) -> str:
    """A name in the reader's language, in English where there is none, and the key at worst."""
    by_language = cast("Mapping[str, str]", names)
    return by_language.get(written_dates.locale().language) or by_language.get("en") or key


class Teller:
    """The sentences of one programme, place by place."""

    def __init__(self, programme: Programme, wallets: Mapping[str, Wallet], rewards: Mapping[str, str]) -> None:
        self.programme, self.wallets, self.rewards = programme, wallets, rewards

    def rules(self) -> list[Rule]:
        """In the order in which they are looked at."""
        return sorted(self.programme.rules, key=lambda rule: (rule.priority, rule.key))

    def kept_wallets(self) -> dict[str, Wallets]:
        """Every wallet that something goes into, also where nothing is said of it."""
        used = [part.wallet for part in (*self.programme.rules, *self.programme.bonuses)]
        return {key: self.programme.wallet(key) for key in dict.fromkeys([*self.programme.wallets, *used])}

    def wallet(self, key: str) -> Wallet:
        return self.wallets.get(key) or naming.unknown(key)

    def title(self, key: str) -> str:
        return self.wallet(key).title

    def money(self, amount: Decimal) -> str:
        """Without decimals where there are none to tell: “฿25”, “฿0.25”."""
        return written_numbers.money(amount, self.programme.currency, 0 if amount == int(amount) else None)

    def factors(self) -> str:
        return {
            "largest": _("Where several multipliers meet, tiers among them, the largest counts."),
            "sum": _(
                "Where several multipliers meet, tiers among them, what each adds is added up: 2 and 1.5 make 2.5."
            ),
            "product": _("Where several multipliers meet, tiers among them, they are multiplied: 2 and 1.5 make 3."),
        }[self.programme.factors]

    # --- earning -----------------------------------------------------------------------------------------------------

    def rule(self, rule: Rule) -> Iterator[str]:
        yield self._gives(rule)
        if isinstance(rule, Spend | Visit | Item):
            yield from self._articles(rule.of, rule.but)
        if isinstance(rule, Spend | Visit) and rule.minimum:
            yield _("For purchases of %(amount)s and more.") % {"amount": self.money(rule.minimum)}
        if isinstance(rule, Spend):
            yield {
                "gross": _("What is paid with points, vouchers or coupons earns as well."),
                "net": _("What is paid with points, vouchers or coupons earns nothing."),
                "none": _("A purchase that is paid with points, vouchers or coupons in part earns nothing at all."),
            }[rule.rewards]
            if rule.each == "line":
                yield _("Each line of a purchase is rounded by itself.")
        yield from self._limits(rule.wallet, rule.window, rule.tiers, rule.caps)
        if rule.stack == "best":
            yield _("Of several such rules only the one counts that gives most.")
        elif rule.stack == "only":
            yield _("Where it gives something, no other rule is looked at.")
        if not rule.is_qualifying:
            yield _("It does not count for tiers.")

    def _gives(self, rule: Rule) -> str:
        points = self.wallet(rule.wallet).counted(getattr(rule, "points", Decimal(1)))
        if isinstance(rule, Spend):
            values = {"points": points, "per": self.money(rule.per)}
            told = {
                ("floor", "after_tax"): _("%(points)s for each full %(per)s, tax included."),
                ("floor", "before_tax"): _("%(points)s for each full %(per)s before tax."),
                ("half_up", "after_tax"): _("%(points)s for each %(per)s, tax included; half of it and more counts."),
                ("half_up", "before_tax"): _("%(points)s for each %(per)s before tax; half of it and more counts."),
                ("ceiling", "after_tax"): _("%(points)s for each %(per)s begun, tax included."),
                ("ceiling", "before_tax"): _("%(points)s for each %(per)s begun, before tax."),
            }
            return told[rule.rounding, rule.basis] % values
        if isinstance(rule, Visit):
            return _("%(points)s for each purchase.") % {"points": points}
        if isinstance(rule, Item):
            return _("%(points)s for each piece.") % {"points": points}
        if isinstance(rule, Action):
            told_of = {
                "join": _("%(points)s for joining."),
                "birthday": _("%(points)s for the birthday."),
                "review": _("%(points)s for a review."),
                "referral": _("%(points)s for bringing somebody new."),
                "referred": _("%(points)s for coming by recommendation."),
                "event": _("%(points)s for “%(event)s”."),
            }
            return told_of[rule.what] % {"points": points, "event": rule.event}
        raise TypeError(type(rule).__name__)

    def _articles(self, of: Some, but: Some) -> Iterator[str]:
        if of.skus or of.categories:
            yield _("Only for %(what)s.") % {"what": _listed([*of.categories, *of.skus])}
        if but.skus or but.categories:
            yield _("Not for %(what)s.") % {"what": _listed([*but.categories, *but.skus])}

    def _limits(self, wallet: str, window: Window, tiers: list[str], caps: list[Cap]) -> Iterator[str]:
        if window.since and window.until:
            yield _("From %(since)s to %(until)s.") % {
                "since": written_dates.day(window.since),
                "until": written_dates.day(window.until),
            }
        elif window.since:
            yield _("From %(since)s on.") % {"since": written_dates.day(window.since)}
        elif window.until:
            yield _("Until %(until)s.") % {"until": written_dates.day(window.until)}
        if window.weekdays:
            names = dates.get_day_names("wide", locale=written_dates.locale())
            yield _("On these days: %(days)s.") % {
                "days": ", ".join(str(names[day - 1]) for day in sorted(window.weekdays))
            }
        if window.opens or window.closes:
            yield _("Between %(opens)s and %(closes)s o'clock.") % {
                "opens": f"{window.opens:%H:%M}" if window.opens else "00:00",
                "closes": f"{window.closes:%H:%M}" if window.closes else "24:00",
            }
        if tiers:
            names_of = {tier.key: called(tier.names, tier.key) for tier in self.programme.tiering.tiers}
            yield _("Only for the tiers %(tiers)s.") % {"tiers": ", ".join(names_of.get(key, key) for key in tiers)}
        for cap in caps:
            if cap.points is not None:
                yield _most_points(cap) % {"points": self.wallet(wallet).counted(cap.points)}
            if cap.times is not None:
                yield _most_times(cap)

    def bonus(self, bonus: Bonus) -> Iterator[str]:
        if bonus.factor is not None:
            yield _("%(what)s times %(factor)s.") % {
                "what": self.title(bonus.wallet),
                "factor": written_numbers.number(bonus.factor),
            }
        if bonus.extra is not None:
            yield _("%(points)s more, once for each purchase.") % {
                "points": self.wallet(bonus.wallet).counted(bonus.extra)
            }
        yield from self._articles(bonus.of, bonus.but)
        if bonus.minimum:
            yield _("For purchases of %(amount)s and more.") % {"amount": self.money(bonus.minimum)}
        yield from self._limits(bonus.wallet, bonus.window, bonus.tiers, bonus.caps)
        if bonus.is_qualifying:
            yield _("It counts for tiers, too.")

    # --- keeping -----------------------------------------------------------------------------------------------------

    def kept(self, key: str, kept: Wallets) -> Iterator[str]:
        if kept.pending_days:
            yield ngettext(
                "Can be spent %(days)s day after the purchase.",
                "Can be spent %(days)s days after the purchase.",
                kept.pending_days,
            ) % {"days": written_numbers.number(kept.pending_days)}
        else:
            yield _("Can be spent at once.")
        yield expiring(kept.expiry)
        if kept.worth is not None:
            yield _("One is worth %(worth)s when it is spent; %(share)s are expected to be spent ever.") % {
                "worth": self.money(kept.worth),
                "share": written_numbers.percent(kept.expected),
            }
        if kept.smallest > 1:
            yield _("At least %(points)s are spent at a time.") % {"points": self.wallet(key).counted(kept.smallest)}
        if kept.step > 1:
            yield _("They are spent in steps of %(step)s.") % {"step": written_numbers.number(kept.step)}
        if kept.most_of_basket < 1:
            yield _("At most %(share)s of a purchase is paid with them.") % {
                "share": written_numbers.percent(kept.most_of_basket)
            }
        if kept.full is not None:
            yield _("%(full)s make a full card.") % {"full": self.wallet(key).counted(Decimal(kept.full))}
        if kept.reward:
            yield _("A full card gives the reward “%(reward)s”.") % {
                "reward": self.rewards.get(kept.reward, kept.reward)
            }
        if kept.first:
            yield _("A new member begins with %(first)s.") % {"first": self.wallet(key).counted(Decimal(kept.first))}

    # --- tiers, returns, joining, staff ------------------------------------------------------------------------------

    def tiering(self) -> Iterator[str]:
        tiering = self.programme.tiering
        yield {
            "spend": _("What counts is how much was spent."),
            "points": _("What counts is how many points were earned; spending them changes nothing."),
            "visits": _("What counts is how many purchases were made."),
            "items": _("What counts is how many pieces were bought."),
        }[tiering.basis]
        yield {
            "rolling": ngettext(
                "Counted over the last %(months)s month.", "Counted over the last %(months)s months.", tiering.months
            ),
            "calendar": _("Counted by the calendar year."),
            "joined": _("Counted by years since joining."),
        }[tiering.window] % {"months": written_numbers.number(tiering.months)}
        yield {
            "one": _("Who no longer reaches a tier falls by one."),
            "counter": _("Who no longer reaches a tier falls to the one that fits."),
            "never": _("Nobody ever falls."),
        }[tiering.downgrade]
        if tiering.keeps_days and tiering.downgrade != "never":
            yield ngettext(
                "A tier is kept for at least %(days)s day.",
                "A tier is kept for at least %(days)s days.",
                tiering.keeps_days,
            ) % {"days": written_numbers.number(tiering.keeps_days)}

    def tier(self, tier: Tier) -> Iterator[str]:
        least = (
            self.money(tier.at_least)
            if self.programme.tiering.basis == "spend"
            else written_numbers.number(tier.at_least)
        )
        yield _("From %(amount)s on.") % {"amount": least}
        if tier.factor != 1:
            yield _("Earns %(factor)s times the points.") % {"factor": written_numbers.number(tier.factor)}
        if tier.expiry is not None:
            yield _("Points of this tier: %(end)s") % {"end": expiring(tier.expiry)}
        if tier.birthday_days > 1:
            yield _("What there is for the birthday holds for %(days)s days.") % {
                "days": written_numbers.number(tier.birthday_days)
            }
        if tier.perks:
            yield called(tier.perks, "")

    def refunds(self) -> Iterator[str]:
        refunds = self.programme.refunds
        yield _("What a purchase gave is taken back in proportion to what is returned.")
        yield {
            Shortfall.NEGATIVE: _("Where too little is left, the balance shows less than zero until enough is earned."),
            Shortfall.DEBT: _(
                "Where too little is left, the balance shows zero, and the rest is taken from what is earned next."
            ),
            Shortfall.DEDUCT: _(
                "Where too little is left, its worth is taken off the money that goes back at the counter; where a"
                " store has paid it out before, the rest is taken from what is earned next."
            ),
            Shortfall.FORGIVE: _("Where too little is left, the rest is forgiven."),
        }[refunds.shortfall]
        if refunds.limit is not None and refunds.shortfall is not Shortfall.FORGIVE:
            yield _("Nobody ever owes more than %(limit)s; the rest is forgiven.") % {
                "limit": written_numbers.number(refunds.limit)
            }
        if refunds.spent:
            yield _("Points and credit that paid for a purchase come back with what is returned of it.")
        else:
            yield _("Points and credit that paid for a purchase come back where the counter or the store says so.")
        if refunds.grace_days:
            yield ngettext(
                "What was spent and comes back after its end can be spent for %(days)s day more.",
                "What was spent and comes back after its end can be spent for %(days)s days more.",
                refunds.grace_days,
            ) % {"days": written_numbers.number(refunds.grace_days)}
        if refunds.coupons:
            yield _("The coupon of a purchase that was cancelled or returned as a whole can be used again.")
        else:
            yield _("A coupon stays used, also where its purchase was cancelled or returned.")

    def joining(self) -> Iterator[str]:
        joining = self.programme.joining
        yield {
            "asked": _("People join when they ask to."),
            "signup": _("Who signs up joins."),
            "first_order": _("Who buys for the first time joins."),
        }[joining.how]
        if joining.backdate_days:
            yield ngettext(
                "Purchases of the %(days)s day before joining earn as well.",
                "Purchases of the %(days)s days before joining earn as well.",
                joining.backdate_days,
            ) % {"days": written_numbers.number(joining.backdate_days)}
        if joining.claim_days:
            yield ngettext(
                "A purchase without a name can be claimed with its receipt for %(days)s day.",
                "A purchase without a name can be claimed with its receipt for %(days)s days.",
                joining.claim_days,
            ) % {"days": written_numbers.number(joining.claim_days)}
        if joining.fields:
            told = [str(ASKED.get(key, key)) for key in joining.fields]
            yield _("Asked at joining: %(fields)s.") % {"fields": ", ".join(told)}

    def referrals(self) -> Iterator[str]:
        referrals = self.programme.referrals
        if referrals.minimum:
            yield _("A recommendation counts once the new customer has bought for %(amount)s or more.") % {
                "amount": self.money(referrals.minimum)
            }
        else:
            yield _("A recommendation counts once the new customer has bought something.")
        if referrals.after_days:
            yield ngettext(
                "%(days)s day after that purchase, if it was kept.",
                "%(days)s days after that purchase, if it was kept.",
                referrals.after_days,
            ) % {"days": written_numbers.number(referrals.after_days)}
        yield ngettext(
            "At most %(times)s recommendation a month counts for one member.",
            "At most %(times)s recommendations a month count for one member.",
            referrals.most_a_month,
        ) % {"times": written_numbers.number(referrals.most_a_month)}

    def notices(self) -> Iterator[str]:
        notices = self.programme.notices
        if not notices.ahead:
            yield _("Members are not reminded of what is about to end.")
            return
        for days in reversed(notices.ahead):
            yield ngettext(
                "Members are reminded %(days)s day before something ends, once for all that ends until then.",
                "Members are reminded %(days)s days before something ends, once for all that ends until then.",
                days,
            ) % {"days": written_numbers.number(days)}
        if notices.minimum > 1:
            yield _("Of fewer points than %(points)s nobody is reminded.") % {
                "points": written_numbers.number(notices.minimum)
            }
        yield {
            "allowed": _("Only who allows news of the shop is reminded."),
            "members": _("Every member is reminded: it belongs to the terms of the programme."),
        }[notices.to]

    def staff(self) -> Iterator[str]:
        staff = self.programme.staff
        yield _("A clerk gives and takes up to %(clerk)s points a day; above %(alone)s a second person decides.") % {
            "clerk": written_numbers.number(staff.clerk),
            "alone": written_numbers.number(staff.alone),
        }
        yield _("Of stamps it is %(clerk)s and %(alone)s, of store credit what those points are worth.") % {
            "clerk": written_numbers.number(staff.clerk_stamps),
            "alone": written_numbers.number(staff.stamps),
        }
        yield _("For an account of their own a second person decides.")

    def general(self) -> Iterator[str]:
        programme = self.programme
        yield _("It reckons in %(currency)s; purchases in other currencies are converted.") % {
            "currency": programme.currency
        }
        yield ngettext(
            "What a till puts aside is given back after %(minutes)s minute.",
            "What a till puts aside is given back after %(minutes)s minutes.",
            programme.hold_minutes,
        ) % {"minutes": written_numbers.number(programme.hold_minutes)}
        if programme.household > 1:
            yield _("Up to %(members)s members may share as a household what they earn.") % {
                "members": written_numbers.number(programme.household)
            }


def expiring(expiry: Expiry) -> str:
    """When it ends, as one sentence."""
    if expiry.kind == "never":
        return _("It never ends.")
    if expiry.kind == "month":
        return ngettext(
            "It ends %(months)s month after the month in which it was earned.",
            "It ends %(months)s months after the month in which it was earned.",
            expiry.months,
        ) % {"months": written_numbers.number(expiry.months)}
    long = " ".join(_length(expiry))
    if expiry.kind == "idle":
        return _("All of it ends %(length)s after the last purchase or redemption.") % {"length": long}
    return {
        "moment": _("It ends %(length)s after it can first be spent."),
        "day": _("It ends %(length)s after it can first be spent, with the end of that day."),
        "month": _("It ends %(length)s after it can first be spent, with the end of that month."),
        "year": _("It ends %(length)s after it can first be spent, with the end of that year."),
    }[expiry.until] % {"length": long}


def _length(expiry: Expiry) -> Iterator[str]:
    if expiry.months:
        yield ngettext("%(n)s month", "%(n)s months", expiry.months) % {"n": written_numbers.number(expiry.months)}
    if expiry.days:
        yield ngettext("%(n)s day", "%(n)s days", expiry.days) % {"n": written_numbers.number(expiry.days)}


def _listed(names: list[str]) -> str:
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    more = len(names) - MOST_NAMED
    return pgettext("articles", "%(names)s and %(more)s more") % {
        "names": ", ".join(names[:MOST_NAMED]),
        "more": written_numbers.number(more),
    }


def _most_points(cap: Cap) -> str:
    return {
        "fact": _("At most %(points)s at a time."),
        "day": _("At most %(points)s a day."),
        "week": _("At most %(points)s a week."),
        "month": _("At most %(points)s a month."),
        "year": _("At most %(points)s a year."),
        "ever": _("At most %(points)s ever."),
    }[cap.per]


def _most_times(cap: Cap) -> str:
    times = cap.times or 1
    told = {
        "fact": ngettext("At most once.", "At most %(times)s times at once.", times),
        "day": ngettext("At most once a day.", "At most %(times)s times a day.", times),
        "week": ngettext("At most once a week.", "At most %(times)s times a week.", times),
        "month": ngettext("At most once a month.", "At most %(times)s times a month.", times),
        "year": ngettext("At most once a year.", "At most %(times)s times a year.", times),
        "ever": ngettext("At most once ever.", "At most %(times)s times ever.", times),
    }
    return told[cap.per] % {"times": written_numbers.number(times)}
