"""Runs inside a client's own environment: `send_python.py KIND HOST KEY COUNT`. Prints how many events were flushed."""

import sys
import time

kind, host, key, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
failures = []
if kind == "rudder":
    from rudderstack.analytics.client import Client
else:
    from segment.analytics.client import Client

client = Client(
    key,
    host=host,
    gzip=kind != "segment",
    upload_size=25,
    upload_interval=0.05,
    max_queue_size=count + 10,
    on_error=lambda error, _events: failures.append(repr(error)),
)
client.identify("member-1", {"email": "mali@example.com", "firstName": "Mali"})
client.alias("visitor-1", "member-1")
client.group("member-1", "g-1", {"name": "Mali Co"})
client.page("member-1", "Shop", "Home", {"path": "/"})
client.screen("member-1", "App", "Start", {})
print("started", flush=True)
for number in range(count):
    client.track(f"member-{number % 7}", "Product Viewed", {"sku": f"A-{number}", "price": 12.5})
    if count > 100:
        time.sleep(0.002)
client.flush()
client.join()
print("failures", len(failures), *failures[:3], flush=True)
sys.exit(bool(failures))
