"""C3: somebody signs up by the QR code at the counter, allows what was ticked and no more, and saves on a first order."""

import json
import re

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consent.models import ConsentState
from customers.models import Customer
from customers.selectors import profiles
from tests import factories, filling

CODE = re.compile(r'class="voucher-code">([^<]+)<')


def test_c03_a_sign_up_becomes_a_customer_with_a_coupon_that_is_good_once(db):
    cache.clear()
    # Nothing is ticked in advance; one box is ticked, two interests, and where she heard of the shop.
    phone = Client()
    page = phone.get("/signup/?lang=th&src=qr-counter&utm_campaign=opening").content.decode()
    assert "checked" not in page
    told = {
        "name": "สมหญิง ใจดี",
        "phone": "081 234 5678",
        "interests": ["skincare", "gifts"],
        "heard": "friend",
        "birth_date": "1992-04-13",
        "consent_marketing_line": "on",
        "line_id": "@Somying.J",
    }
    token = filling.token("signup")
    for _twice in range(2):
        answer = filling.send(phone, "signup", "?src=qr-counter&utm_campaign=opening", form_token=token, **told)
        assert answer.status_code == 302
    code = CODE.search(phone.get(answer["Location"]).content.decode())[1]

    # The profile has it all, once.
    who = Customer.objects.get(status="known")
    assert (who.source, who.language, set(who.interests)) == ("qr-counter", "th", {"skincare", "gifts"})
    assert profiles.one(who.id).phone == "+66812345678"
    assert list(ConsentState.objects.values_list("purpose", "channel", "is_granted")) == [("marketing", "line", True)]
    staff = Client()
    staff.force_login(factories.staff("clerk"))
    page = staff.get(f"/customers/{who.id}/").content.decode()
    assert all(word in page for word in (code, "opening", "Heard of us: a friend"))
    assert "1" in staff.get("/forms/").content.decode()

    # At the till the phone number is enough; the second sale is refused.
    _key, text = factories.api_key(source_key="till")

    def till(number):
        answer = phone.post(
            f"/api/v1/coupons/{code}/redeem",
            json.dumps({"customer": {"phone": "0812345678"}, "external_id": number, "amount": "890.00"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )
        return answer.status_code, answer.json()

    status, redeemed = till("T-1")
    assert (status, redeemed["discount"], redeemed["customer"]) == (200, "89.00", str(who.id))
    assert till("T-1")[0] == 200
    assert till("T-2")[1]["code"] == "already_used"
    assert timezone.now().isoformat()[:4] in redeemed["redeemed_at"]
