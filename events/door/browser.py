"""What the browser client (analytics.js) loads before it sends: the settings of its source, with us as the address."""

from urllib.parse import urlsplit

import msgspec


def settings_of(write_key: str, *, base_url: str) -> bytes:
    """The document of `GET /v1/projects/{key}/settings`. No third party is named: everything goes to us alone."""
    base = urlsplit(base_url)
    return msgspec.json.encode(
        {
            "integrations": {
                "Segment.io": {
                    "apiKey": write_key,
                    "apiHost": f"{base.netloc}/v1",
                    "protocol": base.scheme,
                    "unbundledIntegrations": [],
                    "addBundledMetadata": True,
                    "maybeBundledConfigIds": {},
                    "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
                }
            },
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}, "identify": {}, "group": {}},
            "edgeFunction": {},
            "analyticsNextEnabled": True,
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0, "host": f"{base.netloc}/v1"},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        }
    )
