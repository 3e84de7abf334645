"""One balance, many tills, a running shop: exactly what fits is redeemed, also when the web server dies in the middle."""

import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import running

pytestmark = [pytest.mark.long]
TILLS = 32
BEGIN = """
from tests import factories
print("=" + str(factories.customer(email="ada@example.com").id))
print("=" + str(factories.customer(email="ben@example.com").id))
"""
SUMS = "SELECT account, sum(amount)::int FROM loyalty_leg WHERE customer_id = '{}' GROUP BY account ORDER BY account"


def at_once(call):
    """What each till came to, all begun together, and how long the slowest but one in twenty took."""
    begin = threading.Barrier(TILLS)

    def one(number):
        begin.wait()
        started = time.perf_counter()
        answer = call(number)
        return answer, time.perf_counter() - started

    with ThreadPoolExecutor(TILLS) as pool:
        found = list(pool.map(one, range(TILLS)))
    took = sorted(seconds for _answer, seconds in found)
    return [answer for answer, _seconds in found], took[int(TILLS * 0.95)]


def test_of_32_redemptions_of_one_balance_exactly_what_fits_succeeds_whatever_dies_meanwhile():
    with running.shop() as shop:
        told = shop.run("shell", "-v", "0", "-c", BEGIN)
        ada, ben = re.findall(r"^=(\S+)$", told, re.MULTILINE)
        for who in (ada, ben):
            assert shop.call("POST", f"/api/v1/loyalty/accounts/{who}/earn", {"points": 100})[0] == 201

        def redeem(who, number):
            body = {"points": 7, "external_id": f"T-{number}"}
            return shop.call("POST", f"/api/v1/loyalty/accounts/{who}/redeem", body)

        found, p95 = at_once(lambda number: redeem(ada, number))
        print(f"p95 of {TILLS} at once: {p95 * 1000:.0f} ms")
        assert Counter((status, body.get("code")) for status, body in found) == {
            (201, None): 14,
            (409, "insufficient_points"): 18,
        }
        assert sorted(body["balance"] for status, body in found if status == 201) == list(range(2, 101, 7))[:14]
        assert {body["available"] for status, body in found if status == 409} == {2}
        assert dict(shop.rows(SUMS.format(ada))) == {"issued": -100, "active": 2, "redeemed": 98}

        def until_answered(number):
            while True:
                try:
                    status, body = redeem(ben, number)
                except OSError:
                    status = 0
                if status in {200, 201, 409}:
                    return status, body
                time.sleep(0.2)

        killer = threading.Thread(target=_kill_once_something_is_redeemed, args=(shop, ben))
        killer.start()
        found, _p95 = at_once(until_answered)
        killer.join()
        assert Counter(status == 409 for status, _body in found) == {False: 14, True: 18}
        assert dict(shop.rows(SUMS.format(ben))) == {"issued": -100, "active": 2, "redeemed": 98}
        holds = f"SELECT count(*), count(DISTINCT reference) FROM loyalty_hold WHERE customer_id = '{ben}'"
        assert shop.rows(holds) == [(14, 14)]
        lots = f"SELECT amount::int, active::int, held::int FROM loyalty_lot WHERE customer_id = '{ben}'"
        assert shop.rows(lots) == [(100, 2, 0)]


def _kill_once_something_is_redeemed(shop, who):
    redeemed = f"SELECT count(*) FROM loyalty_hold WHERE customer_id = '{who}'"
    shop.wait_for(lambda: shop.scalar(redeemed) >= 3)
    shop.kill("web")
