"""The web server's entry (granian --interface wsgi cdp.wsgi:application): the tracking door in front of Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdp.settings")
_django = get_wsgi_application()

from events.door.application import Door  # noqa: E402  its models need the applications that were just loaded

application = Door(_django)

# What the program consists of is no garbage: the collector need not look through it again for as long as it runs.
gc.collect()
gc.freeze()
