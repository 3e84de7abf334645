"""How coupons and points read to the person whose they are."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import readable, sources, written_dates
from cdp.core.readable import Reading, Row
from loyalty.models import Draw
from loyalty.rules import benefit
from loyalty.selectors import benefits, draws, thanks


def _worth(row: Row) -> str:
    return benefits.words(benefit.known(row["benefit"]))


def _draws() -> dict[str, str]:
    return {str(row.id): draws.named(row.names) for row in Draw.objects.only("id", "names")}


def _last_day(row: Row) -> str:
    """The last day on which it is good, as the page of the coupon tells it: the moment stored is when that is over."""
    return written_dates.in_full(timezone.localdate(row["valid_until"] - dt.timedelta(microseconds=1)))


def _thanked_for(row: Row) -> str:
    return str(thanks.NAMES.get(row["about"].partition(":")[0], ""))


readable.declare(
    "loyalty.Coupon",
    Reading(
        _("Coupons"),
        {
            "issued_at": _("Given to you"),
            "code": _("Code"),
            "benefit": _("Worth"),
            "is_first_order": _("For the first order only"),
            "valid_until": _("Good until"),
            "redeemed_at": _("Used"),
            "redeemed_by": _("Came through"),
        },
        newest="issued_at",
        names={"redeemed_by": sources.names},
        told={"benefit": _worth, "valid_until": _last_day},
    ),
)
readable.declare_inner("loyalty.CouponKey")
readable.declare(
    "loyalty.PromotionUse",
    Reading(
        _("Codes you used"),
        {
            "used_at": _("When"),
            "benefit": _("Worth"),
            "off": _("Taken off"),
            "reference": _("Purchase"),
            "source": _("Came through"),
            "reversed_at": _("Taken back"),
        },
        newest="used_at",
        names={"source": sources.names},
        money={"off": "currency"},
        told={"benefit": _worth},
    ),
)
readable.declare_inner("loyalty.PromotionSale")

readable.declare(
    "loyalty.Member",
    Reading(
        _("That you take part in the loyalty programme"),
        {"joined_at": _("Since"), "how": _("How you joined"), "tier": _("Rank"), "left_at": _("Until")},
        newest="joined_at",
    ),
)
readable.declare(
    "loyalty.Balance",
    Reading(
        _("Your points, stamps and credit"),
        {
            "wallet": _("Kind"),
            "active": _("Can be spent"),
            "pending": _("Can be spent later"),
            "held": _("Put aside for a purchase"),
            "debt": _("Owed"),
        },
    ),
)
readable.declare(
    "loyalty.Lot",
    Reading(
        _("What you earned, and what of it is left"),
        {
            "earned_at": _("Earned"),
            "wallet": _("Kind"),
            "amount": _("How much"),
            "active": _("Can be spent"),
            "pending": _("Can be spent later"),
            "active_from": _("From"),
            "ends": _("Until"),
        },
        newest="earned_at",
    ),
)
readable.declare(
    "loyalty.Hold",
    Reading(
        _("Points you paid with"),
        {
            "made_at": _("When"),
            "wallet": _("Kind"),
            "amount": _("Put aside"),
            "captured": _("Redeemed"),
            "state": _("State"),
            "reference": _("Purchase"),
        },
        newest="made_at",
    ),
)
readable.declare(
    "loyalty.Act",
    Reading(
        _("What happened to your points"),
        {
            "at": _("When"),
            "kind": _("What"),
            "change": _("How much"),
            "wallet": _("Kind"),
            "reason": _("Reason"),
            "words": _("Beside it"),
        },
        newest="at",
    ),
)
readable.declare(
    "loyalty.Card",
    Reading(_("That you have your card on a phone"), {"made_at": _("Since")}, newest="made_at"),
)
readable.declare(
    "loyalty.Claim",
    Reading(_("Purchases that you claimed by a receipt"), {"at": _("When")}, newest="at"),
)
readable.declare(
    "loyalty.FriendCode",
    Reading(_("Your code for friends"), {"code": _("Code"), "made_at": _("Since")}, newest="made_at"),
)
readable.declare(
    "loyalty.Referral",
    Reading(_("That a member brought you"), {"at": _("When"), "state": _("State"), "doubt": _("Reason")}, newest="at"),
)
readable.declare(
    "loyalty.Seat",
    Reading(
        _("That you share your points with others"),
        {"since": _("Since"), "until": _("Until"), "agreed": _("What you agreed to"), "why": _("Reason")},
        newest="since",
    ),
)
readable.declare_inner("loyalty.HouseholdKey")
readable.declare_inner("loyalty.FriendKey")
readable.declare_inner("loyalty.CardKey")
readable.declare(
    "loyalty.DrawPlace",
    Reading(
        _("Draws you take part in"),
        {
            "draw_id": _("Prize draw"),
            "number": _("Your number"),
            "entries": pgettext_lazy("prize draw", "Entries"),
        },
        newest="id",
        names={"draw_id": _draws},
    ),
)
readable.declare(
    "loyalty.DrawWin",
    Reading(
        _("Draws in which your number came up"),
        {
            "draw_id": _("Prize draw"),
            "number": _("Your number"),
            "state": _("State"),
            "why": _("Reason"),
            "told_at": _("Told"),
            "answer_by": _("Time to answer"),
            "answered_at": _("Answered"),
            "done_at": _("Handed over"),
        },
        newest="id",
        names={"draw_id": _draws},
    ),
)
readable.declare(
    "loyalty.DrawExclusion",
    Reading(
        _("Draws you were left out of"),
        {"at": _("When"), "draw_id": _("Prize draw"), "words": _("Why")},
        newest="at",
        names={"draw_id": _draws},
    ),
)
readable.declare(
    "loyalty.Adjustment",
    Reading(
        _("Points that staff asked to give or take"),
        {
            "asked_at": _("When"),
            "wallet": _("Kind"),
            "amount": _("How much"),
            "reason": _("Reason"),
            "about": _("For what"),
            "words": _("Beside it"),
            "state": _("State"),
            "decided_at": _("Decided"),
            "answer": _("What was answered"),
        },
        newest="asked_at",
        told={"about": _thanked_for},
    ),
)
readable.declare_inner("loyalty.Movement")
readable.declare_inner("loyalty.Settled")
