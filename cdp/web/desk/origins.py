"""Where facts of the two desks come from."""

from cdp.core import sources
from cdp.core.models import Source
from customers.rules.profiling import Context


def source(context: Context) -> Source:
    """The source of that desk; made on first use."""
    return sources.ensure(context.value, kind=Source.Kind.TILL)
