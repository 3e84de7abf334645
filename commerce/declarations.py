"""What this room declares to the kernel."""

from cdp.core.imports import registry
from commerce.services import order_import

registry.declare(order_import.KIND)
