"""The reference of the tracking door: a Django view that answers JSON and does nothing else, without middleware."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdp.settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import JsonResponse
from django.urls import path

django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__


def view(_request: Any) -> JsonResponse:
    """The shortest answer."""
    return JsonResponse({"success": True}, headers={"Content-Length": "17"})


urlpatterns = [path("v1/track", view)]
application = WSGIHandler()
