"""The page on which people say what each column of a file is."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from cdp.core import sources
from cdp.core.imports import drafts, registry
from cdp.core.models import Job
from customers.rules import places
from customers.services import people_import

SAME_FOR_ALL = ("order.currency", "consent.purpose", "consent.channel", "consent.granted", "customer.country")
"""Targets that a file often has no column for, because they are the same in every row."""


def kinds() -> list[tuple[str, Any]]:
    """What can be in a file: (key, label)."""
    return [(kind.key, kind.label) for kind in registry.kinds().values()]


def context(job: Job, *, told: str = "") -> dict[str, Any]:
    """What the page shows of a draft; `told` is where the file comes from in the words of whoever is filling it in.

    Raises UnableToImport and UnableToRead where the file cannot be read.
    """
    kind, mapped = registry.get(job.params["kind"]), job.params["mapping"]
    named, source = sources.labels(), job.params["source"]
    shown = named.get(source, source)
    columns = drafts.columns(job)
    return {
        "job": job,
        "kind": kind,
        "kinds": kinds(),
        "seems": drafts.seems(job),
        "nameless": is_nameless(job),
        "columns": [_shown(column, kind) for column in columns],
        "doubtful": [column.name for column in columns if column.doubts and not column.target],
        "can_tag": bool(kind.many),
        "targets": [
            *({"key": key, "label": label} for key, label in kind.targets.items()),
            *({"key": key, "label": label} for key, (label, _what) in registry.besides(kind.key).items()),
        ],
        "required": [[kind.targets[target] for target in group] for group in kind.required],
        "constants": [
            {
                "key": key,
                "label": kind.targets[key],
                "value": mapped["constants"].get(key, ""),
                "choices": kind.choices[key]() if key in kind.choices else [],
            }
            for key in (*SAME_FOR_ALL, *kind.choices)
            if key in kind.targets
        ],
        "sources": sorted(named.values()),
        "source": told or shown,
        "offered": source if source in named else "",
        "offered_as": shown,
        "shop_country": places.country_name(settings.CDP_SHOP_COUNTRY, get_language() or "en"),
        "dayfirst": {True: "day", False: "month"}.get(mapped["options"].get("dayfirst"), ""),
        "era": mapped["options"].get("era", ""),
        "has_open_dates": any("open" in {column.order, column.era} for column in columns),
    }


def is_nameless(job: Job) -> bool:
    """Whether what people wrote would be kept of nobody: no column of the file says who they are."""
    told = job.params["mapping"]
    targets = {*told["columns"].values(), *told["constants"]}
    names = ("social.handle", *(f"customer.{name}" for name in people_import.IDENTIFYING))
    return job.params["kind"] in {"reviews", "social"} and not targets.intersection(names)


def _shown(column: drafts.Column, kind: registry.Kind) -> dict[str, Any]:
    return {
        "name": column.name,
        "samples": column.samples,
        "order": column.order,
        "era": column.era,
        "target": column.target,
        "likely": [{"key": key, "label": kind.targets[key]} for key in column.doubts],
        "others": [kind.targets[key] for key in column.doubts if key != column.target],
        "instead_of": column.instead_of,
        "behind": column.behind,
        "is_consent": column.target.startswith("consents/"),
    }
