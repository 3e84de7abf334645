"""What this room declares to the kernel."""

from cdp.core.imports import engine, registry
from customers.rules import unreadable
from customers.services import buckets, people_import  # noqa: F401  (buckets registers its reference rows)

registry.declare(people_import.KIND)
engine.explain(unreadable.REASONS)
