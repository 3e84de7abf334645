"""What may be asked of a wallet, and why something is refused: codes for programs, sentences for people."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.rules.programme import Wallets

SKEW = timedelta(minutes=10)
"""How far the clocks of our machines may lie apart; also how long somebody may have waited for a lock."""
ZERO = Decimal(0)


class Refusal(StrEnum):
    """Why a wallet stays as it is."""

    INSUFFICIENT = "insufficient_points"
    NOT_POSITIVE = "not_positive"
    NOT_WHOLE = "not_whole"
    STEP = "not_in_steps"
    SMALLEST = "too_few_points"
    UNKNOWN_WALLET = "unknown_wallet"
    NOT_MEMBER = "not_a_member"
    LEFT = "left_the_programme"
    CLOCK = "clock_went_back"
    UNKNOWN_HOLD = "unknown_hold"
    FOREIGN_HOLD = "foreign_hold"
    CAPTURED = "already_captured"
    RELEASED = "already_released"
    LAPSED = "hold_expired"
    MORE_THAN_HELD = "more_than_held"
    UNKNOWN_REDEMPTION = "unknown_redemption"
    SEVERAL = "wallet_needed"
    NOT_REDEEMED = "not_redeemed"
    REVERSED = "already_reversed"
    MORE_THAN_REDEEMED = "more_than_redeemed"
    OTHERWISE = "told_otherwise"
    LIMIT = "above_limit"
    NO_WORTH = "no_worth"
    BASKET = "basket_needed"
    MORE_THAN_FITS = "more_than_fits"
    NOBODY_ELSE = "nobody_else"
    WAITS = "waits_already"
    UNKNOWN_ADJUSTMENT = "unknown_adjustment"
    IS_REVERSAL = "is_a_reversal"
    ADJUSTMENT_REVERSED = "adjustment_already_reversed"
    UNKNOWN_REWARD = "unknown_reward"
    ENDED = "ended"
    NOT_YET = "not_yet"
    SOLD_OUT = "sold_out"
    TIER = "tier_needed"
    REWARD_LIMIT = "limit_reached"
    WHOLE_REWARD = "whole_reward"
    REWARD_USED = "reward_used"


REASONS: Mapping[Refusal, Promise] = MappingProxyType(
    {
        Refusal.INSUFFICIENT: _("There are fewer points than that: %(available)s can be spent."),
        Refusal.NOT_POSITIVE: _("Say how many; the number must be above zero."),
        Refusal.NOT_WHOLE: _("This wallet does not count that finely; write a number with fewer decimals."),
        Refusal.STEP: _("Points are spent in steps of %(step)s."),
        Refusal.SMALLEST: _("At least %(smallest)s are spent at a time."),
        Refusal.UNKNOWN_WALLET: _("There is no such wallet; known are %(known)s."),
        Refusal.NOT_MEMBER: _("This customer does not take part in the loyalty programme; enrol them first."),
        Refusal.LEFT: _("This customer has left the loyalty programme; they come back by joining anew."),
        Refusal.CLOCK: _("The clock went back: this wallet was written at a later time already. Set the clock right."),
        Refusal.UNKNOWN_HOLD: _("There is no such hold."),
        Refusal.FOREIGN_HOLD: _("This hold is another customer's."),
        Refusal.CAPTURED: _("This hold has been redeemed."),
        Refusal.RELEASED: _("This hold has been given back; make a new one."),
        Refusal.LAPSED: _("The time of this hold ran out, and the points were given back; make a new one."),
        Refusal.MORE_THAN_HELD: _("This is more than was put aside: %(available)s."),
        Refusal.UNKNOWN_REDEMPTION: _("There is no such redemption of this customer's."),
        Refusal.SEVERAL: _("This sale was paid from several wallets; name one of %(known)s."),
        Refusal.NOT_REDEEMED: _("This hold was never redeemed; there is nothing to give back."),
        Refusal.REVERSED: _("All of this redemption has been given back before."),
        Refusal.MORE_THAN_REDEEMED: _("This is more than is left of the redemption: %(available)s."),
        Refusal.OTHERWISE: _("The same number was told before with something else; it stays as it was told first."),
        Refusal.NO_WORTH: _("Points have no price in money here; they are spent on rewards."),
        Refusal.BASKET: _("Only a part of a purchase may be paid with points: say what it comes to."),
        Refusal.MORE_THAN_FITS: _("At most %(most)s points can be spent on this purchase."),
        Refusal.NOBODY_ELSE: _(
            "This is more than one person may decide (%(limit)s at most), and nobody else may approve it. Add a"
            " colleague who may, or raise the limit in the programme."
        ),
        Refusal.WAITS: _("The same waits for a second person already."),
        Refusal.UNKNOWN_ADJUSTMENT: _("There is no such adjustment of this member's."),
        Refusal.IS_REVERSAL: _("This took an adjustment back itself; adjust anew instead."),
        Refusal.ADJUSTMENT_REVERSED: _("This adjustment was taken back before."),
        Refusal.UNKNOWN_REWARD: _("There is no such reward."),
        Refusal.ENDED: _("This reward is not given any more."),
        Refusal.NOT_YET: _("This reward is not given yet."),
        Refusal.SOLD_OUT: _("There is nothing left of this reward."),
        Refusal.TIER: _("This reward is for members of another rank."),
        Refusal.REWARD_LIMIT: _("This member has had this reward as often as a member may."),
        Refusal.WHOLE_REWARD: _("A reward is taken and given back whole."),
        Refusal.REWARD_USED: _("What this reward gave has been used; it cannot be taken back any more."),
        Refusal.LIMIT: _("This is more than you may decide alone: %(limit)s at most. Ask somebody who may decide it."),
    }
)
"""What is said to whoever asked; `Refused.numbers` fill the gaps."""


class Refused(Exception):
    """The wallet stays as it is; `reason` says why, `numbers` what the sentence needs."""

    def __init__(self, reason: Refusal, **numbers: object) -> None:
        super().__init__(reason.value)
        self.reason, self.numbers = reason, numbers

    @property
    def words(self) -> str:
        """The sentence in the reader's language."""
        return str(REASONS[self.reason]) % {name: _plain(value) for name, value in self.numbers.items()}


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def check_amount(amount: Decimal, *, digits: int) -> None:
    """Raise Refused for what is no amount of a wallet that counts in so many decimals."""
    if not amount.is_finite() or amount <= 0:
        raise Refused(Refusal.NOT_POSITIVE)
    if amount != round(amount, digits):
        raise Refused(Refusal.NOT_WHOLE)


def check_chosen(amount: Decimal, how: Wallets) -> None:
    """Raise Refused for an amount of points that people may not choose to spend by this programme."""
    if amount < how.smallest:
        raise Refused(Refusal.SMALLEST, smallest=how.smallest)
    if amount % how.step:
        raise Refused(Refusal.STEP, step=how.step)
