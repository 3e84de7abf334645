"""The web server's entry (granian --interface wsgi cdp.wsgi:application): the tracking door in front of Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdp.settings")
_django = get_wsgi_application()

from cdp.core.keys import proofs  # noqa: E402  its models need the applications that were just loaded
from events.door.application import Door  # noqa: E402  the same

# A server with the wrong keys would show blanks and write what nobody else can read.
try:
    proofs.demand()
except proofs.WrongKeys as wrong:
    raise SystemExit(str(wrong)) from wrong

application = Door(_django)

# What the program consists of is no garbage: the collector need not look through it again for as long as it runs.
gc.collect()
gc.freeze()
