"""Notices to people: codes, links to confirm, answers to requests, receipts. No advertising.

A room declares a kind with its templates, and puts a notice in the transaction of the fact it tells of. Delivery
(`cdp.core.tasks.send_notices`) claims it, asks the gate for a permit, composes it and hands it over: once, and after a
kill at most once more under the same Message-ID and the same file name.

registry    kinds, who is never written to, what stands in the footer
writing     putting, taking back, counting
claims      who delivers what
composing   one notice as text and HTML
carriers    the ways out
delivery    the beat's work
forgetting  what becomes of old notices, and of those of people who are forgotten
"""

from cdp.core.outbox.carriers import reaches
from cdp.core.outbox.delivery import send_due
from cdp.core.outbox.forgetting import forget, forget_old
from cdp.core.outbox.registry import Kind, declare, footed_by, held_back, held_back_by, stopped_by, titles
from cdp.core.outbox.writing import NOBODY, Draft, Put, cancel, cancel_many, complete, put, put_many, recent

__all__ = [
    "NOBODY",
    "Draft",
    "Kind",
    "Put",
    "cancel",
    "cancel_many",
    "complete",
    "declare",
    "footed_by",
    "forget",
    "forget_old",
    "held_back",
    "held_back_by",
    "put",
    "put_many",
    "reaches",
    "recent",
    "send_due",
    "stopped_by",
    "titles",
]
