"""Telling other systems what happened, as the Standard Webhooks specification says.

registry       which events there are; each room declares its own
publishing     a fact as a row, in the transaction of the fact itself
subscriptions  who is told what, where and for which purpose
fanning        one delivery for each subscriber, with the gate's decision
delivering     handing them over, again and again for days, in the order of each person
addresses      where we may connect to
signing        headers and signature
forgetting     what goes with a person, and with time

    webhooks.publish("consent.changed", customer=customer, data={…}, at=now)
"""

from cdp.core.webhooks.publishing import Fact, publish, publish_many, wanted
from cdp.core.webhooks.registry import ERASED, declare

__all__ = ["ERASED", "Fact", "declare", "publish", "publish_many", "wanted"]
