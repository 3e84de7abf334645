"""What may be meant, and is worth another look before a programme is published: each doubt with its place."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cdp.core.structures import Problem, fill
from loyalty.rules.programme import Action, Programme, Spend

GENEROUS = Decimal("0.3")
"""More than that of each purchase given back is usually a slip of the pen."""


def doubts(
    programme: Programme,
    before: Programme | None,
    wallets: Mapping[str, str],
    rewards: Collection[str],
    today: date,
) -> list[Problem]:
    """All of them; empty where nothing is odd. `before` is what is in force, `wallets` the kind of each by key,
    `rewards` the keys of those there are.
    """
    found = [
        *_over(programme, today),
        *_never_reached(programme),
        *_generous(programme),
        *_ending(programme),
        *_bonuses(programme),
    ]
    if before is not None:
        found += _gone(programme, before)
    found += [
        Problem(f"/wallets/{key}/reward", fill(_("There is no reward “%(what)s”."), kept.reward))
        for key, kept in programme.wallets.items()
        if kept.reward and kept.reward not in rewards
    ]
    used = {part.wallet for part in (*programme.rules, *programme.bonuses)}
    found += [
        Problem(f"/wallets/{key}/worth", _("What one is worth is not said: what the shop owes is not told in money."))
        for key in sorted(used)
        if wallets.get(key) == "points" and programme.wallet(key).worth is None
    ]
    return found


def _over(programme: Programme, today: date) -> Iterator[Problem]:
    for name, parts in (("rules", programme.rules), ("bonuses", programme.bonuses)):
        for place, part in enumerate(parts):
            if part.window.until is not None and part.window.until < today:
                yield Problem(f"/{name}/{place}/window/until", _("This is over; it gives nothing any more."))


def _never_reached(programme: Programme) -> Iterator[Problem]:
    """Behind a rule that ends the looking whatever the purchase is."""
    order = sorted(enumerate(programme.rules), key=lambda pair: (pair[1].priority, pair[1].key))
    last = None
    for place, rule in order:
        if isinstance(rule, Action):
            continue
        if last is not None:
            yield Problem(f"/rules/{place}/priority", fill(_("It is never looked at: “%(what)s” comes first."), last))
        is_for_all = not (rule.of.skus or rule.of.categories or rule.but.skus or rule.but.categories or rule.tiers)
        is_always = rule.window == type(rule.window)() and not rule.caps
        if last is None and rule.stack == "only" and is_for_all and is_always and not getattr(rule, "minimum", 0):
            last = rule.names.get("en") or rule.key


def _generous(programme: Programme) -> Iterator[Problem]:
    for place, rule in enumerate(programme.rules):
        worth = programme.wallet(rule.wallet).worth
        if isinstance(rule, Spend) and worth is not None and worth * rule.points / rule.per > GENEROUS:
            share = f"{worth * rule.points / rule.per * 100:.0f} %"
            yield Problem(f"/rules/{place}/per", fill(_("It gives back %(what)s of what is paid."), share))


def _ending(programme: Programme) -> Iterator[Problem]:
    """Points that are gone soon after, or before, they can be spent."""
    for key, kept in programme.wallets.items():
        expiry = kept.expiry
        if expiry.kind == "idle" and 0 < expiry.days + expiry.months * 30 <= kept.pending_days:
            yield Problem(f"/wallets/{key}/expiry", _("It may end before it can be spent."))


def _bonuses(programme: Programme) -> Iterator[Problem]:
    earned = {rule.wallet for rule in programme.rules if not isinstance(rule, Action)}
    for place, bonus in enumerate(programme.bonuses):
        if bonus.factor is not None and bonus.wallet not in earned:
            yield Problem(
                f"/bonuses/{place}/wallet", _("There is nothing to multiply: no purchase gives any of these.")
            )
        elif bonus.factor is not None and bonus.factor < 1:
            yield Problem(
                f"/bonuses/{place}/factor",
                _("Less than 1 changes nothing where the largest multiplier counts, and takes away elsewhere."),
            )


def _gone(programme: Programme, before: Programme) -> Iterator[Problem]:
    tiers = {tier.key for tier in programme.tiering.tiers}
    for tier in before.tiering.tiers:
        if tier.key not in tiers:
            name = tier.names.get("en", tier.key)
            yield Problem("/tiering/tiers", fill(_("Members of “%(what)s” lose their tier."), name))
    if programme.household < before.household:
        words = _("Fewer may share than %(what)s: larger households stay, and let nobody else in.")
        yield Problem("/household", fill(words, str(before.household)))
    if programme.currency != before.currency:
        yield Problem(
            "/currency",
            fill(_("Every amount of the programme was in %(what)s so far: look at them all."), before.currency),
        )
