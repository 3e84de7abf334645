"""Cases with numbers reckoned by hand: what purchases bring, what of it stays after returns, and when it ends."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from commerce.models import ExchangeRate
from loyalty.models import Lot
from loyalty.rules import ending, programme, settling
from loyalty.rules.earning import Basket, Given, Line, judge
from loyalty.rules.keeping import Back
from loyalty.rules.programme import Expiry, Refunds
from loyalty.rules.purse import Account, Purse, Shortfall
from loyalty.rules.settling import Purchase
from loyalty.selectors import facts
from tests.loyalty import programmes, shop
from tests.loyalty.programmes import NAMES, definition, spend, tier

ZONE = ZoneInfo("Asia/Bangkok")
FRIDAY = datetime(2026, 1, 9, 15, tzinfo=ZONE)
SATURDAY = datetime(2026, 1, 10, 15, tzinfo=ZONE)


def read(*rules, **more):
    return programme.read(definition(*rules, **more))


def basket(*lines, at=FRIDAY, **more):
    told = [Line(sku, category, Decimal(quantity), Decimal(amount)) for sku, category, quantity, amount in lines]
    return Basket(at, told, **{name: Decimal(value) for name, value in more.items()})


def one(amount, **more):
    return basket(("tea", "tea", 1, amount), **more)


def points(rules, bought, wallet="points", **more):
    worth = judge(rules, bought, **more).wallets.get(wallet)
    return worth.points if worth else Decimal(0)


# --- what is looked at ---


@pytest.mark.parametrize(("rewards", "given"), [("net", 16), ("gross", 18), ("none", 0)])
def test_what_was_paid_with_our_coupon(rewards, given):
    """500 less 100, of which 60 are a coupon of ours: 400 or 460 count."""
    assert points(read(spend(rewards=rewards)), one(500, discount=100, rewards=60)) == given


@pytest.mark.parametrize(("basis", "given"), [("after_tax", 42), ("before_tax", 40)])
@pytest.mark.parametrize("price", ["1070", "1000"])
def test_tax_inside_or_on_top(price, basis, given):
    """1000 and 70 of tax, whether the price says 1070 or 1000."""
    assert points(read(spend(basis=basis)), one(price, tax=70, total=1070)) == given


@pytest.mark.parametrize(("basis", "given"), [("after_tax", 42), ("before_tax", 40)])
@pytest.mark.parametrize(("off", "goods"), [(0, 1070), (100, 1170)])
def test_tax_of_an_order_without_lines(off, goods, basis, given):
    """1120 in all, of it 50 for the way and 70 of tax: goods for 1070 or, with 100 off, for 1170. 1000 before tax."""
    bought = facts._basket(FRIDAY, [], *map(Decimal, (off, 50, 70)), None, Decimal(1120), [])
    assert bought.sum == goods
    assert points(read(spend(basis=basis)), bought) == given


@pytest.mark.parametrize(("rounding", "of_30", "of_37_50"), [("floor", 1, 1), ("half_up", 1, 2), ("ceiling", 2, 2)])
def test_rounding(rounding, of_30, of_37_50):
    rules = read(spend(rounding=rounding))
    assert (points(rules, one(30)), points(rules, one("37.50"))) == (of_30, of_37_50)


@pytest.mark.parametrize(("each", "given"), [("order", 3), ("line", 2)])
def test_rounded_over_the_order_or_by_line(each, given):
    """Two lines of 40: three full 25 in 80, one in each."""
    assert points(read(spend(each=each)), basket(("tea", "", 1, 40), ("cup", "", 1, 40))) == given


@pytest.mark.parametrize(("paid", "given"), [("99.99", 0), ("100", 4)])
def test_the_smallest_order_that_earns(paid, given):
    assert points(read(spend(minimum="100")), one(paid)) == given


def test_gift_cards_earn_nothing_and_lower_no_discount_of_others():
    rules = read(spend(but={"categories": ["gift"]}))
    assert points(rules, basket(("tea", "tea", 1, 300), ("card", "gift", 1, 200))) == 12
    assert points(rules, basket(("tea", "tea", 1, 300), ("card", "gift", 1, 200), discount=50)) == 10


@pytest.mark.parametrize("kind", ["item", "visit"])
def test_an_order_of_nothing_is_a_visit_and_has_items_but_no_money(kind):
    rules = read(spend(), {"on": kind, "key": "other", "names": NAMES, "wallet": "stamps"})
    assert (points(rules, one(0)), points(rules, one(0), "stamps")) == (0, 1)


# --- when, and for whom ---

DOUBLE = {"key": "double", "names": NAMES, "factor": "2"}


@pytest.mark.parametrize(("at", "given"), [(FRIDAY, 4), (SATURDAY, 8), (SATURDAY.replace(hour=0), 8)])
def test_double_on_weekends(at, given):
    rules = read(bonuses=[{**DOUBLE, "window": {"weekdays": [6, 7]}}])
    assert points(rules, one(100, at=at)) == given


@pytest.mark.parametrize(("clock", "given"), [((21, 59), 4), ((22, 0), 8), ((0, 0), 8), ((1, 59), 8), ((2, 0), 4)])
def test_a_window_over_midnight(clock, given):
    rules = read(bonuses=[{**DOUBLE, "window": {"opens": "22:00:00", "closes": "02:00:00"}}])
    assert points(rules, one(100, at=FRIDAY.replace(hour=clock[0], minute=clock[1]))) == given


GOLD = {"tiers": [tier("silver", 100), tier("gold", 1000, factor="1.5")]}


@pytest.mark.parametrize(("rank", "given"), [("", 3), ("silver", 3), ("gold", 4), ("platinum", 3)])
def test_the_factor_of_a_tier_is_rounded_down_at_the_end(rank, given):
    """Three times 1.5 is 4.5; a rank that the version does not know has no factor."""
    assert points(read(tiering=GOLD), one(75), tier=rank) == given


def test_a_tier_multiplies_points_and_no_stamps():
    rules = read(spend(), {"on": "visit", "key": "visit", "names": NAMES, "wallet": "stamps"}, tiering=GOLD)
    assert (points(rules, one(100), tier="gold"), points(rules, one(100), "stamps", tier="gold")) == (6, 1)


@pytest.mark.parametrize(("how", "given"), [("largest", 8), ("sum", 10), ("product", 12)])
def test_two_factors_at_once(how, given):
    assert points(read(tiering=GOLD, bonuses=[DOUBLE], factors=how), one(100), tier="gold") == given


def test_a_bonus_once_for_a_basket_large_enough():
    rules = read(bonuses=[{"key": "more", "names": NAMES, "extra": "50", "minimum": "500"}])
    assert (points(rules, one("499.99")), points(rules, one(500))) == (19, 70)


# --- limits and rivals ---


@pytest.mark.parametrize(
    ("cap", "so_far", "given"),
    [
        ({"per": "fact", "points": "7"}, None, 7),
        ({"per": "day", "points": "10"}, ("2026-01-09", 6, 1), 4),
        ({"per": "day", "points": "10"}, ("2026-01-08", 6, 1), 10),
        ({"per": "week", "points": "10"}, ("2026-W02", 10, 2), 0),
        ({"per": "month", "times": 2}, ("2026-01", 3, 2), 0),
        ({"per": "ever", "times": 2}, ("ever", 3, 1), 10),
    ],
)
def test_caps(cap, so_far, given):
    past = {("spend", so_far[0]): Given(Decimal(so_far[1]), so_far[2])} if so_far else {}
    assert points(read(spend(caps=[cap])), one(250), so_far=past) == given


@pytest.mark.parametrize(("stack", "given"), [("add", 14), ("best", 10), ("only", 4)])
def test_rules_beside_each_other(stack, given):
    rules = read(spend(stack=stack, priority=1), {**spend(per="10", stack=stack, priority=2), "key": "other"})
    assert points(rules, one(100)) == given


def test_stamps_beyond_a_full_card_stay():
    rules = read({"on": "item", "key": "cup", "names": NAMES, "wallet": "stamps", "of": {"skus": ["cup"]}})
    assert points(rules, basket(("cup", "", 12, 600), ("tea", "", 1, 100)), "stamps") == 12


# --- what comes back ---


def kept(rules, bought, *returns, **fields):
    frozen = settling.assess(rules, Purchase(bought), tier="", rate=Decimal(1), so_far={}, digits={})
    told = [
        (Decimal(amount), [Back(sku, Decimal(quantity), Decimal(worth)) for sku, quantity, worth in lines])
        for amount, *lines in returns
    ]
    due = settling.due(frozen, Purchase(bought, told, **fields), {})
    return due.points["points"], due.counts["spend"], due.counts["items"]


@pytest.mark.parametrize(("pieces", "left"), [(0, (4, 100, 3)), (3, (0, 0, 0))])
def test_a_return_by_the_piece(pieces, left):
    assert kept(read(), basket(("tea", "", 3, 100)), (pieces, ("tea", pieces, 100))) == left


def test_the_shop_rounds_a_part_that_goes_back_in_the_customers_favour():
    """A third of four points is one and a third: one goes back, then one more, then all."""
    bought = basket(("tea", "", 3, 100))
    back = ("33.33", ("tea", 1, "33.33"))
    assert [kept(read(), bought, *[back] * n)[0] for n in (1, 2, 3)] == [3, 2, 0]


def test_money_that_goes_back_without_an_article_lies_on_all():
    assert kept(read(), one(400), (100,))[:2] == (12, 300)
    assert kept(read(), one(400), ("133.33",), ("266.67",))[:2] == (0, 0)


def test_a_discount_lies_on_what_it_lowered():
    """300 and 100 less 100 are 225 and 75: nine points and three."""
    bought = basket(("tea", "", 1, 300), ("cup", "", 1, 100), discount=100)
    assert kept(read(), bought, (75, ("cup", 1, 75)))[:2] == (9, 225)
    assert kept(read(), bought, (300,))[:2] == (0, 0)
    thirds = basket(*[("tea", "", 1, 100)] * 3, discount=10)
    assert kept(read(), thirds, (290,))[:2] == (0, 0)


def test_an_article_that_nobody_bought_counts_as_money_and_too_much_money_as_all():
    assert kept(read(), one(400), (100, ("cup", 1, 100)))[0] == 12
    assert kept(read(), one(400), (900,))[0] == 0


def test_a_cancelled_order_keeps_nothing():
    assert kept(read(), one(400), is_void=True) == (0, 0, 0)


def test_another_currency():
    """Ten dollars at 32.60."""
    assert points(read(), Purchase(one(10)).at_rate(Decimal("32.6")).basket) == 13


@pytest.mark.django_db
def test_a_rate_that_comes_later_finds_what_the_limit_has_left():
    """Ten a month. On Monday ten dollars nobody knows the rate of, on Tuesday 200 baht: 8. On Wednesday Monday's rate,
    32.60, is told: 326 baht would be 13, and 2 are left. Nothing of Tuesday's goes back.
    """
    programmes.publish(spend(caps=[{"per": "month", "points": "10"}]))
    monday, day = datetime(2026, 2, 2, 5, tzinfo=UTC), timedelta(days=1)
    ann = shop.member(programmes.BEGIN)
    shop.buy(ann, monday, ("tea", 1, "10"), currency="USD")
    shop.settle(ann, monday)
    shop.buy(ann, monday + day, ("tea", 1, "200"))
    shop.settle(ann, monday + day)
    assert shop.has(ann, monday + day) == 8
    ExchangeRate.objects.create(currency="USD", on=monday.date(), rate="32.6")
    shop.settle(ann, monday + 2 * day)
    assert shop.has(ann, monday + 2 * day) == 10
    assert sorted(Lot.objects.values_list("earned_at", "amount")) == [(monday, 2), (monday + day, 8)]


def test_a_return_of_no_known_order_takes_what_it_would_have_brought_on_an_ordinary_day():
    rules = read(
        spend(but={"categories": ["gift"]}),
        {"on": "visit", "key": "visit", "names": NAMES},
        bonuses=[DOUBLE],
    )
    lines = [Line("tea", "tea", Decimal(1), Decimal(100)), Line("card", "gift", Decimal(1), Decimal(100))]
    assert settling.worth_back(rules, FRIDAY, lines, tier="", digits={}) == ({"points": 4}, 200)


# --- what a limit has left ---


def after(rules, bought, before, *returns, **fields):
    """What a purchase brings and keeps after those before it, each told as (moment, what rules still give of it).

    Returns what it was judged to bring, what it keeps, and the same for those that come after.
    """
    past = {}
    for at, kept_of_it in before:
        for rule, left in kept_of_it.items():
            past.setdefault(rule, []).append((at.date(), left))
    so_far = settling.given(rules, bought.at.date(), past)
    frozen = settling.assess(rules, Purchase(bought), tier="", rate=Decimal(1), so_far=so_far, digits={})
    told = [(Decimal(worth), [Back(sku, Decimal(quantity), Decimal(worth))]) for sku, quantity, worth in returns]
    due = settling.due(frozen, Purchase(bought, told, **fields), {})
    (wallet,) = {rule.wallet for rule in rules.rules}
    judged = frozen.portions[wallet].points if wallet in frozen.portions else Decimal(0)
    return judged, due.points.get(wallet, Decimal(0)), (bought.at, settling.kept_by_rule(frozen, due, wallet))


@pytest.mark.parametrize(
    "cap", [{"per": "day", "times": 1}, {"per": "day", "points": "1"}, {"per": "ever", "times": 1}]
)
def test_a_sale_that_was_cancelled_is_rung_again(cap):
    """One stamp: the cancelled sale's goes back, the next sale has it, and a third on that day has none."""
    rules = read({"on": "visit", "key": "visit", "names": NAMES, "wallet": "stamps", "caps": [cap]})
    wrong = after(rules, one(100), [], is_void=True)
    again = after(rules, one(100, at=FRIDAY.replace(hour=16)), [wrong[2]])
    third = after(rules, one(100, at=FRIDAY.replace(hour=17)), [wrong[2], again[2]])
    assert (wrong[:2], again[:2], third[:2]) == ((1, 0), (1, 1), (0, 0))


def test_a_return_leaves_room_below_a_limit_of_points():
    """200 bring 8 of 10. Three of four pieces go back, 6 points with them: 2 are left, so 300 (12 points) bring 8."""
    rules = read(spend(caps=[{"per": "week", "points": "10"}]))
    first = after(rules, basket(("tea", "", 4, 200)), [], ("tea", 3, 150))
    assert first[:2] == (8, 2)
    assert after(rules, one(300, at=SATURDAY), [first[2]])[:2] == (8, 8)


def test_what_a_limit_had_cut_stays_cut_when_there_is_room_again():
    """400 would bring 16 and bring 10. Half of it goes back, half of the ten with it: 5 are left for the next."""
    rules = read(spend(caps=[{"per": "week", "points": "10"}]))
    first = after(rules, basket(("tea", "", 2, 400)), [], ("tea", 1, 200))
    assert first[:2] == (10, 5)
    assert after(rules, one(400, at=SATURDAY), [first[2]])[:2] == (5, 5)


def test_what_comes_back_of_two_rules_lies_on_both_in_proportion():
    """500 bring 20 by the rule and 50 once. A fifth comes back, 14 of 70: 4 of the rule's 20 and 10 of the bonus' 50.

    The rule may give 30 a week: 16 of them are used, so another 500 bring 14; the bonus was given and is not again.
    """
    bonus = {"key": "once", "names": NAMES, "extra": "50", "caps": [{"per": "ever", "times": 1}]}
    rules = read(spend(caps=[{"per": "week", "points": "30"}]), bonuses=[bonus])
    first = after(rules, basket(("tea", "", 5, 500)), [], ("tea", 1, 100))
    assert first == (70, 56, (FRIDAY, {"spend": 16, "once": 40}))
    assert after(rules, one(500, at=SATURDAY), [first[2]])[:2] == (14, 14)


# --- what is gone already ---

ANN, LOT = uuid.UUID(int=1), uuid.UUID(int=2)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def purse(amount=100, *, wait_until=AT, ends=None):
    found = Purse(ANN)
    found.put(LOT, Decimal(amount), earned_at=AT, active_from=wait_until, ends=ends, at=AT)
    return found


@pytest.mark.parametrize(
    ("shortfall", "limit", "balance", "owed", "let_go"),
    [
        (Shortfall.NEGATIVE, None, -80, 80, {}),
        (Shortfall.NEGATIVE, 50, -50, 50, {Account.FORGIVEN: 30}),
        (Shortfall.DEBT, None, 0, 80, {}),
        (Shortfall.DEBT, 50, 0, 50, {Account.FORGIVEN: 30}),
        (Shortfall.DEDUCT, None, 0, 0, {Account.DEDUCTED: 80}),
        (Shortfall.FORGIVE, None, 0, 0, {Account.FORGIVEN: 80}),
    ],
)
def test_a_refund_of_what_was_spent(shortfall, limit, balance, owed, let_go):
    """A hundred earned, eighty spent, a hundred to be taken back; then a hundred more pay what is owed."""
    shown = Refunds(shortfall=shortfall).shown
    found = purse()
    found.spend(Decimal(80), at=AT)
    moves = found.take_back(
        LOT, Decimal(100), at=AT, shortfall=shortfall, limit=None if limit is None else Decimal(limit)
    )
    assert (shown(found.balance(AT)), found.owed, found.available(AT)) == (balance, owed, 0)
    assert {move.debit: move.amount for move in moves if move.lot is None and move.debit is not Account.DEBT} == let_go
    found.put(uuid.uuid4(), Decimal(100), earned_at=AT, active_from=AT, ends=None, at=AT)
    assert (shown(found.balance(AT)), found.owed) == (100 - owed, 0)
    assert sum(move.amount for move in moves) == 100


def test_nobody_pays_for_what_expired():
    found = purse(ends=AT.replace(month=2))
    found.catch_up(AT.replace(month=3))
    found.take_back(LOT, Decimal(100), at=AT.replace(month=3), shortfall=Shortfall.DEBT)
    assert (found.balance(AT.replace(month=3)), found.owed) == (0, 0)


def test_a_refund_while_the_points_wait():
    found = purse(wait_until=AT.replace(day=15))
    found.take_back(LOT, Decimal(40), at=AT, shortfall=Shortfall.DEBT)
    assert (found.balance(AT), found.waiting(AT), found.balance(AT.replace(day=15))) == (0, 60, 60)


# --- when it ends ---


@pytest.mark.parametrize(
    ("expiry", "earned", "ends"),
    [
        (Expiry(kind="fixed", months=12), (2026, 1, 31, 12), (2027, 2, 1)),
        (Expiry(kind="fixed", months=1), (2026, 1, 31, 12), (2026, 3, 1)),
        (Expiry(kind="fixed", days=30, until="moment"), (2026, 1, 1, 12), (2026, 1, 31, 12)),
        (Expiry(kind="fixed", months=12, until="year"), (2026, 5, 3, 9), (2028, 1, 1)),
        (Expiry(kind="fixed", months=3, until="month"), (2026, 1, 10, 9), (2026, 5, 1)),
        (Expiry(kind="month", months=6), (2025, 12, 15, 9), (2026, 7, 1)),
        (Expiry(kind="idle", months=6), (2026, 1, 10, 9), (2026, 8, 2)),
        (Expiry(), (2026, 1, 1, 9), None),
    ],
)
def test_the_end_by_the_shops_clock(expiry, earned, ends):
    """`idle` counts from a purchase on the first of February."""
    at = datetime(*earned, tzinfo=ZONE)
    last = datetime(2026, 2, 1, 20, tzinfo=ZONE)
    found = ending.end(expiry, earned_at=at, active_from=at, last_active_at=last, zone=ZONE)
    assert found == (datetime(*ends, tzinfo=ZONE) if ends else None)
