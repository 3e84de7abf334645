"""What stands in the way of publishing a programme that can be read: every obstacle with its place and a sentence."""

from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from cdp.core.structures import Problem, fill
from loyalty.rules.programme import MAIN, Action, Bonus, Expiry, Language, Programme, Rule, Texts, Wallets
from loyalty.rules.purse import Shortfall

LANGUAGES: tuple[Language, ...] = ("en", "ko", "th")


def problems(programme: Programme, wallets: Mapping[str, str]) -> list[Problem]:
    """All of them; empty where it can be published. `wallets` has the kind of each wallet there is, by key."""
    tiers = [tier.key for tier in programme.tiering.tiers]
    return [
        *_names(programme.names, "/names"),
        *_twice(programme),
        *_rules(programme, wallets, tiers),
        *_bonuses(programme, wallets, tiers),
        *_wallets(programme, wallets),
        *_tiering(programme),
        *_refunds(programme),
        *_staff(programme),
    ]


def _names(names: Texts, pointer: str) -> Iterator[Problem]:
    for language in LANGUAGES:
        if not names.get(language, "").strip():
            yield Problem(f"{pointer}/{language}", _("The name in this language is missing."))


def _twice(programme: Programme) -> Iterator[Problem]:
    """Acts, caps and reasons name a rule by its key: rules and bonuses share them."""
    seen: set[str] = set()
    named = [(f"/rules/{place}/key", rule.key) for place, rule in enumerate(programme.rules)]
    named += [(f"/bonuses/{place}/key", bonus.key) for place, bonus in enumerate(programme.bonuses)]
    for pointer, key in named:
        if key in seen:
            yield Problem(pointer, fill(_("The key “%(what)s” is used twice."), key))
        seen.add(key)


def _rules(programme: Programme, wallets: Mapping[str, str], tiers: Collection[str]) -> Iterator[Problem]:
    if not programme.rules:
        yield Problem("/rules", _("Without a rule nobody ever earns anything."))
    for place, rule in enumerate(programme.rules):
        pointer = f"/rules/{place}"
        yield from _part(rule, pointer, wallets, tiers)
        if isinstance(rule, Action) and (rule.what == "event") != bool(rule.event.strip()):
            yield Problem(f"{pointer}/event", _("The name of an event belongs to the action “event”, and only there."))


def _bonuses(programme: Programme, wallets: Mapping[str, str], tiers: Collection[str]) -> Iterator[Problem]:
    for place, bonus in enumerate(programme.bonuses):
        pointer = f"/bonuses/{place}"
        yield from _part(bonus, pointer, wallets, tiers)
        if (bonus.factor is None) == (bonus.extra is None):
            yield Problem(pointer, _("A bonus either multiplies (“factor”) or adds (“extra”)."))
        if bonus.factor is not None and bonus.caps:
            yield Problem(
                f"{pointer}/caps", _("A multiplier has no limit of its own: set it on the rule that it multiplies.")
            )


def _part(part: Rule | Bonus, pointer: str, wallets: Mapping[str, str], tiers: Collection[str]) -> Iterator[Problem]:
    yield from _names(part.names, f"{pointer}/names")
    if part.wallet not in wallets:
        yield Problem(f"{pointer}/wallet", fill(_("There is no wallet “%(what)s”."), part.wallet))
    for place, tier in enumerate(part.tiers):
        if tier not in tiers:
            yield Problem(f"{pointer}/tiers/{place}", fill(_("There is no tier “%(what)s”."), tier))
    if part.window.since and part.window.until and part.window.until < part.window.since:
        yield Problem(f"{pointer}/window/until", _("It ends before it begins."))
    if part.window.opens is not None and part.window.opens == part.window.closes:
        yield Problem(f"{pointer}/window/closes", _("It closes in the moment in which it opens."))
    for place, cap in enumerate(part.caps):
        if cap.points is None and cap.times is None:
            yield Problem(f"{pointer}/caps/{place}", _("A limit says how many points or how many times."))


def _wallets(programme: Programme, wallets: Mapping[str, str]) -> Iterator[Problem]:
    used = {part.wallet for part in (*programme.rules, *programme.bonuses)}
    for key, wallet in programme.wallets.items():
        pointer = f"/wallets/{key}"
        if key not in wallets:
            yield Problem(pointer, fill(_("There is no wallet “%(what)s”."), key))
        yield from _expiry(wallet.expiry, f"{pointer}/expiry")
        if wallets.get(key) == "stamps":
            yield from _card(wallet, pointer)
        elif wallet.full is not None or wallet.first:
            yield Problem(f"{pointer}/full", _("Only a stamp card can be full."))
    for key in sorted(used - set(programme.wallets)):
        if wallets.get(key) == "stamps":
            yield Problem(f"/wallets/{key}/full", _("How many stamps make a full card?"))


def _card(wallet: Wallets, pointer: str) -> Iterator[Problem]:
    if wallet.full is None:
        yield Problem(f"{pointer}/full", _("How many stamps make a full card?"))
    elif wallet.first >= wallet.full:
        yield Problem(f"{pointer}/first", _("A new card would be full already."))
    if not wallet.reward:
        yield Problem(f"{pointer}/reward", _("Which reward does a full card give?"))


def _expiry(expiry: Expiry, pointer: str) -> Iterator[Problem]:
    if expiry.kind in {"fixed", "idle"} and not expiry.days and not expiry.months:
        yield Problem(pointer, _("After how many days or months do they end?"))
    if expiry.kind == "month" and expiry.days:
        yield Problem(f"{pointer}/days", _("After the month in which they were earned only months are counted."))


def _tiering(programme: Programme) -> Iterator[Problem]:
    seen: set[str] = set()
    below = None
    for place, tier in enumerate(programme.tiering.tiers):
        pointer = f"/tiering/tiers/{place}"
        yield from _names(tier.names, f"{pointer}/names")
        if tier.key in seen:
            yield Problem(f"{pointer}/key", fill(_("The key “%(what)s” is used twice."), tier.key))
        seen.add(tier.key)
        if below is not None and tier.at_least <= below:
            yield Problem(f"{pointer}/at_least", _("A higher tier needs more than the one below it."))
        below = tier.at_least
        if tier.expiry is not None:
            yield from _expiry(tier.expiry, f"{pointer}/expiry")


def _refunds(programme: Programme) -> Iterator[Problem]:
    if programme.refunds.shortfall is Shortfall.DEDUCT and not programme.wallet(MAIN).worth:
        yield Problem("/refunds/shortfall", _("Points without a worth cannot be taken off money."))


def _staff(programme: Programme) -> Iterator[Problem]:
    for clerk, alone in (("clerk", "alone"), ("clerk_stamps", "stamps")):
        if getattr(programme.staff, clerk) > getattr(programme.staff, alone):
            yield Problem(f"/staff/{clerk}", _("A clerk may give no more than staff may give alone."))
