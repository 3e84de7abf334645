"""The pages of loyalty for the tour."""

PROGRAMME = "/loyalty/programme/"
PAGES = {
    "loyalty": "/loyalty/",
    "loyalty-members": "/loyalty/members/",
    "loyalty-members-rich": "/loyalty/members/?sort=points&tier=gold",
    "loyalty-adjustments": "/loyalty/adjustments/",
    "loyalty-staff": "/loyalty/staff/?days=90",
    "loyalty-rewards": "/loyalty/rewards/",
    "loyalty-reward": "/loyalty/rewards/catalogue/new/",
    "loyalty-codes": "/loyalty/rewards/codes/",
    "loyalty-programme": PROGRAMME,
    "loyalty-version": f"{PROGRAMME}versions/1/",
    "loyalty-begin": f"{PROGRAMME}draft/",
    "loyalty-draws": "/loyalty/draws/",
    "loyalty-draw-new": "/loyalty/draws/new/",
    "loyalty-friends": "/loyalty/referrals/",
    "loyalty-try": f"{PROGRAMME}try/?sku-0=SKU-1&amount-0=420&amount-1=80&tier=gold",
    "loyalty-expiry": f"{PROGRAMME}expiry/?wallet=points&expiry.kind=fixed&expiry.months=3&expiry.until=month",
}
