"""Everybody at once on the same twenty people: tills over HTTP, the pipeline, merges and their undoing, and the jobs."""

import random
import re
import threading
import time
from collections import Counter

import pytest

from tests import running

pytestmark = [pytest.mark.long]
SECONDS, PEOPLE, TILLS = 30, 20, 6
BEGIN = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
from tests.loyalty import programmes
now = timezone.now()
begin = now - timedelta(days=9)
expiry = {"kind": "fixed", "days": 1, "until": "moment"}
programmes.publish(wallets={"points": {"expiry": expiry}}, joining={"backdate_days": 5}, starts_at=begin, now=begin)
from customers.models import Customer
for n in range(PEOPLE):
    print("=" + str(factories.customer(email=f"p{n}@example.com").id))
""".replace("PEOPLE", str(PEOPLE))
CROWD = """
import random, threading, time, traceback
from collections import Counter
from datetime import timedelta
from django.db import connection, transaction
from django.utils import timezone
from cdp.core.actors import SYSTEM
from customers.models import Customer, Identifier, MergeLog
from customers.selectors import lineage
from customers.services import merging
from loyalty.services import accruing, actions, holds, lapsing, proving
from tests.loyalty import shop

rows = [Customer.objects.get(id=one).id for one in IDS]
until = time.monotonic() + SECONDS
faults, done = [], Counter()

def buy():
    now = timezone.now()
    with transaction.atomic():
        who = Customer.objects.select_for_update(no_key=True).get(id=random.choice(rows))
        if who.merged_into is None:
            digest = Identifier.objects.filter(customer_id=who.id).values_list("digest", flat=True).first()
            # What it brings ends within seconds.
            at = now - timedelta(days=1) + timedelta(seconds=random.randrange(1, 20))
            shop.buy(who, at, ("tea", 1, random.randrange(25, 900)), resolved_by=digest)

def accrue():
    accruing.accrue(random.sample(rows, 10), timezone.now())
    actions.reward(random.sample(rows, 10), timezone.now())

def merge():
    one, other = random.sample(rows, 2)
    try:
        merging.merge(survivor=one, absorbed=other, reason="test", actor=SYSTEM, at=timezone.now())
    except merging.UnableToMerge:
        return
    time.sleep(0.05)

def part():
    logs = list(MergeLog.objects.filter(undone_at=None).values_list("id", flat=True))
    if len(logs) > 3:
        try:
            merging.unmerge(merge_log=random.choice(logs), actor=SYSTEM, at=timezone.now())
        except merging.UnableToUnmerge:
            done["not parted"] += 1

def jobs():
    # As far ahead as clocks may differ: what was put aside for five minutes is over.
    ahead = timezone.now() + timedelta(minutes=9)
    done["expired"] += lapsing.book_due(now=timezone.now())
    done["lapsed"] += holds.lapse(now=ahead)
    lapsing.settle_tiers(now=timezone.now())

def again(work):
    while time.monotonic() < until:
        try:
            work()
            done[work.__name__] += 1
        except Exception:
            faults.append(traceback.format_exc())
        time.sleep(0.01)
    connection.close()

threads = [threading.Thread(target=again, args=(work,)) for work in (buy, buy, accrue, accrue, merge, part, jobs)]
for one in threads: one.start()
for one in threads: one.join()
for fault in faults[:3]: print(fault)
print("FAULTS", len(faults), dict(done))
for log in list(MergeLog.objects.filter(undone_at=None).order_by("-id")):
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=timezone.now())
accruing.accrue(rows, timezone.now())
wrong = [fault for told in proving.check(timezone.now(), True) for fault in told.faults]
print("WRONG", len(wrong))
"""


def test_tills_the_pipeline_merges_and_the_jobs_do_not_stand_in_each_others_way():
    with running.shop() as shop:
        people = re.findall(r"^=(\S+)$", shop.run("shell", "-v", "0", "-c", BEGIN), re.MULTILINE)
        assert len(people) == PEOPLE
        said = Counter()
        over = threading.Event()

        def call(name, path, body):
            status, answer = shop.call("POST", f"/api/v1/loyalty/{path}", body)
            said[name, status] += 1
            return answer if status in {200, 201} else None

        def till(number):
            draw = random.Random(number)
            serial = 0
            while not over.is_set():
                serial += 1
                who, told = draw.choice(people), {"external_id": f"{number}-{serial}"}
                account = f"accounts/{who}"
                call("earn", f"{account}/earn", {"points": draw.randrange(5, 40), **told})
                if sale := call("redeem", f"{account}/redeem", {"points": draw.randrange(1, 20), **told}):
                    call(
                        "reverse",
                        f"{account}/reverse",
                        {"redemption": sale["id"], "external_id": f"r{number}-{serial}"},
                    )
                hold = call(
                    "hold", f"{account}/holds", {"points": 5, "minutes": 5, "external_id": f"h{number}-{serial}"}
                )
                if hold:
                    call("capture", f"{account}/holds/{hold['id']}/capture", {"points": 2})

        tills = [threading.Thread(target=till, args=(number,)) for number in range(TILLS)]
        crowd = shop.command(
            "shell", "-v", "0", "-c", CROWD.replace("IDS", repr(people)).replace("SECONDS", str(SECONDS))
        )
        for one in tills:
            one.start()
        time.sleep(SECONDS)
        told, errors = crowd.communicate(timeout=running.PATIENCE)
        over.set()
        for one in tills:
            one.join()
        print(dict(said))
        print(told, errors[-2000:])
        assert "FAULTS 0 " in told
        assert not [key for key in said if key[1] >= 500]
        assert {name for name, status in said if status in {200, 201}} == {
            "earn",
            "redeem",
            "reverse",
            "hold",
            "capture",
        }
        assert "WRONG 0" in shop.run("shell", "-v", "0", "-c", PROOF)


PROOF = """
from django.utils import timezone
from loyalty.services import proving
print("WRONG", sum(len(told.faults) for told in proving.check(timezone.now(), True)))
"""
