"""What this room declares to the kernel."""

from cdp.core.imports import registry
from consent.services import consent_import

registry.declare(consent_import.KIND)
