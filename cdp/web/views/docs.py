"""The API documentation pages, which bring inline scripts of their own and so have a policy of their own."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]


def loosened(view: View) -> View:
    """Swagger and Redoc start with an inline script and style elements with inline styles."""
    relaxed: Any = csp_replace(
        {
            "script-src": ["'self'", "'unsafe-inline'"],
            "style-src": ["'self'", "'unsafe-inline'"],
            "worker-src": ["'self'", "blob:"],
        }
    )
    return relaxed(view)
