"""What they have earned; one file per aggregate."""

from loyalty.models.adjustments import Adjustment
from loyalty.models.cards import Card, CardKey
from loyalty.models.claims import Claim, Receipt
from loyalty.models.coupons import Coupon, CouponKey, Offer
from loyalty.models.draws import Draw, DrawExclusion, DrawPlace, DrawWin
from loyalty.models.households import HouseholdKey, Seat
from loyalty.models.ledger import Act, Balance, Hold, Lot, Movement, Settled, WalletType
from loyalty.models.programme import Member, ProgrammeVersion
from loyalty.models.promotions import Promotion, PromotionCode, PromotionSale, PromotionUse
from loyalty.models.referrals import FriendCode, FriendKey, Referral
from loyalty.models.rewards import Reward

__all__ = [
    "Act",
    "Adjustment",
    "Balance",
    "Card",
    "CardKey",
    "Claim",
    "Coupon",
    "CouponKey",
    "Draw",
    "DrawExclusion",
    "DrawPlace",
    "DrawWin",
    "FriendCode",
    "FriendKey",
    "Hold",
    "HouseholdKey",
    "Lot",
    "Member",
    "Movement",
    "Offer",
    "ProgrammeVersion",
    "Promotion",
    "PromotionCode",
    "PromotionSale",
    "PromotionUse",
    "Receipt",
    "Referral",
    "Reward",
    "Seat",
    "Settled",
    "WalletType",
]
