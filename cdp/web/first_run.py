"""What a fresh installation needs to be used at once: an account, keys, and a shop to look at."""

import contextlib
import datetime as dt
import itertools
import json
import os
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from analytics.selectors import segments
from analytics.services import membership, products, turns
from cdp.core import accounts, api_keys, jobs, pipeline
from cdp.core.actors import SYSTEM
from cdp.core.imports import running
from cdp.core.models import Job, Source, User
from cdp.core.models.sources import SAMPLE
from cdp.sample import files, rates, shop
from cdp.web import (
    sample_desk,
    sample_draws,
    sample_forms,
    sample_interviews,
    sample_leads,
    sample_programme,
    sample_rewards,
    sample_tickets,
    sample_voice,
)
from commerce.models import ExchangeRate, Product
from commerce.services import products as catalogue
from commerce.services import rates as exchange
from customers.rules.people import Person
from customers.services import buckets, identity
from customers.services.companies import linking
from events.rules import scrubbing, visits
from events.rules.tracking import Tracked
from events.services import recording
from surveys.services import first

REVIEWED = "Product Reviewed"
CUSTOMERS, EVENTS, SEED = 2000, 30_000, 7
KINDS = ("customers", "consents", "orders")
BATCH = 5000
A_MONTH = dt.timedelta(days=31)


class UnableToLoad(Exception):
    """A file of the sample shop could not be imported; the message says which."""


def prepare(*, folder: Path, now: dt.datetime) -> str:
    """Make what is missing; returns one line that says what was done. Safe to repeat.

    The credentials are kept in `folder`/first-run.json (0600), so that every start can print them.
    """
    path = folder / "first-run.json"
    if not path.exists():
        _store(path, _credentials(now))
    first.ensure(at=now)
    # A start that was killed while it loaded leaves half a shop: the mark stays until everything is in.
    loading = folder / "sample-loading"
    if os.environ.get("CDP_SAMPLE", "1") == "0" or (
        Source.objects.filter(key=SAMPLE).exists() and not loading.exists()
    ):
        _count_new_segments(now)
        return "ready"
    loading.touch()
    sample = shop.generate(seed=SEED, customers=CUSTOMERS, events=EVENTS, now=now)
    counts = load(sample, now=now)
    loading.unlink()
    return "loaded the sample shop: " + told(counts)


def told(counts: Mapping[str, int]) -> str:
    """How many rows of each kind; an order may have several, one for each of its lines."""
    return ", ".join(f"{count:,} rows of {name}" for name, count in counts.items())


def _count_new_segments(now: dt.datetime) -> None:
    """Count the ready-made segments that nobody counted yet: without a sample nothing else does before the clock comes
    round. Those that were counted once are left alone, so that a start stays quick whatever the size of the shop.
    """
    waiting = list(segments.live().filter(refreshed_at__isnull=True).values_list("key", flat=True))
    with contextlib.suppress(turns.NoTurn):  # others work on everybody: the clock comes back for these
        membership.refresh_many(waiting, now)


def _credentials(now: dt.datetime) -> dict[str, str]:
    """A first owner and the storefront's keys. An installation that has staff already keeps them."""
    source, _ = Source.objects.get_or_create(
        key="storefront", defaults={"name": "Storefront", "kind": Source.Kind.STORE}
    )
    _, key = api_keys.create(name="First key", scopes=["*"], source=source, actor=SYSTEM, at=now)
    found = {"write_key": api_keys.create_write_key(source), "api_key": key}
    email, password = "owner@example.com", secrets.token_urlsafe(12)
    user = User.objects.filter(email=email).first()
    if user is None:
        accounts.create(email=email, role="owner", password=password, name="Owner", actor=SYSTEM, at=now)
    else:  # the file was lost: the password in it must be one that works
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"staff_email": email, "staff_password": password, **found}


def _store(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)
    draft.replace(path)


def load(sample: shop.Shop, *, now: dt.datetime) -> dict[str, int]:
    """Load a generated shop through the same imports that a real shop uses. Returns the number of rows by kind."""
    folder = Path(tempfile.mkdtemp(prefix="cdp-sample-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        counts = files.write(sample, folder)
        _rates(sample, now)
        _products(sample, now)
        sample_programme.publish(now)
        sample_rewards.offer(now)
        for kind in KINDS:
            _import(kind, folder / f"{kind}.csv")
        counts["events"] = _events(folder / "events.jsonl", now)
        sample_desk.load(sample, now=now)
        sample_leads.load(now, _bring)
        while linking.sweep(now=now):  # customers named their companies before those were known
            pass
        sample_forms.load(sample, now=now)
        first.ensure(at=now)
        sample_interviews.load(now)
        sample_tickets.load(now)
        sample_voice.say(now)
    pipeline.settle(now=timezone.now)
    sample_voice.decide(timezone.now())
    sample_rewards.use(timezone.now())
    pipeline.settle(now=timezone.now)
    sample_draws.announce(timezone.now())
    # Counted at once: a first look at segments and products must not find them waiting for the clock.
    membership.refresh_all(timezone.now())
    products.count(now=timezone.now())
    return {name: counts[name] for name in ("customers", "orders", "consents", "events")}


def _rates(sample: shop.Shop, now: dt.datetime) -> None:
    """What the sample's currencies were worth, so that totals in the shop's currency can be told. Rates that are there
    stay.
    """
    first = (now - dt.timedelta(days=366 * sample.years) - A_MONTH).date()
    known = set(ExchangeRate.objects.values_list("currency", "on"))
    for rate in rates.rates(into=settings.CDP_CURRENCY, first=first, last=now.date()):
        if (rate.currency, rate.on) not in known:
            exchange.save(rate=ExchangeRate(**rate._asdict()), actor=SYSTEM, now=now)


def _products(sample: shop.Shop, now: dt.datetime) -> None:
    """The sample's catalogue with its prices, which no order tells. A product that has a price keeps it."""
    priced = set(Product.objects.filter(price__isnull=False).values_list("sku", flat=True))
    for row in sample.products():
        if row["product.sku"] not in priced:
            words = {field: row[f"product.{field}"] for field in catalogue.FIELDS if f"product.{field}" in row}
            values = words | {"price": Decimal(words["price"])}
            catalogue.write(sku=row["product.sku"], values=values, actor=SYSTEM, now=now)


def _import(kind: str, path: Path) -> None:
    _bring(kind, path, files.mapping(kind))


def _bring(kind: str, path: Path, mapping: Mapping[str, Any]) -> None:
    job = running.begin(kind=kind, path=path, source=SAMPLE, mapping=dict(mapping), dry_run=False, actor=SYSTEM)
    job = running.finish(job, lambda _done, _total: None)
    if job.state != Job.State.DONE:
        message = f"{path.name}: {jobs.sentence(job.error)}"
        raise UnableToLoad(message)


def _events(path: Path, now: dt.datetime) -> int:
    """The sample's tracking calls as events of the people they name; anonymous ones go to the guests' buckets."""
    source, _ = Source.objects.get_or_create(key=SAMPLE)
    total = 0
    with path.open() as lines:
        for batch in _batches(lines):
            people = [Person(external_id=call.get("userId") or "") for call in batch]
            customers = identity.look_up(people, source=source)
            rows = [
                _event(call, customer or buckets.bucket_for(call["anonymousId"]))
                for call, customer in zip(batch, customers, strict=True)
                if call["type"] != "identify"  # what it says of the person came with the customers file
            ]
            total += recording.record_many(rows, now=now)
    return total


def _event(call: dict[str, Any], customer: uuid.UUID) -> recording.EventRow:
    told = _told(call)
    personal: dict[str, Any] = {}
    if call.get("event") == REVIEWED:  # the only one of the sample's that has words somebody wrote
        told, personal = scrubbing.split(told)
    return recording.EventRow(
        customer=customer,
        kind=call["type"],
        name=call.get("event") or call.get("name") or call["type"].title(),
        source=SAMPLE,
        message_id=call["messageId"],
        occurred_at=dt.datetime.fromisoformat(call["timestamp"]),
        properties=told,
        personal={"properties": personal} if personal else None,
    )


def _told(call: dict[str, Any]) -> dict[str, Any]:
    """The properties of a call with what the drain adds to them: campaign, device, addresses without their queries."""
    properties, context = call.get("properties") or {}, call.get("context") or {}
    at = dt.datetime.fromisoformat(call["timestamp"])
    about = Tracked(call["type"], "", "", at, properties=properties, context=context)
    shown, _queries = visits.shortened(call["type"], properties)
    around = visits.surroundings(about, "", is_robot=visits.is_robot(about, ""))
    return shown | ({"$context": around} if around else {})


def _batches(lines: Iterator[str]) -> Iterator[list[dict[str, Any]]]:
    calls = (json.loads(line) for line in lines)
    while batch := list(itertools.islice(calls, BATCH)):
        yield batch
