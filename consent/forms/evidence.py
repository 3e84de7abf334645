"""Files that come with a form and prove what a person said."""

from django.http import HttpRequest

from cdp.core import uploads
from consent.services.evidence import Given


def given(request: HttpRequest) -> list[Given]:
    """The files of the form, taken out of the store of uploads: they are kept with a statement now, or not at all."""
    return [Given(name, content) for name, content in uploads.small(request.FILES)]
