"""/cdp.js as it is served."""

import gzip
import re

from django.conf import settings

from events.door import script
from events.door.application import Door

MOST_BYTES = 6 * 1024


def get(path="/cdp.js", method="GET", **headers):
    told = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **headers}
    body = b"".join(Door(lambda environ, start: [b"django"])(environ, lambda *given: told.extend(given)))
    return (told[0], dict(told[1]), body) if told else body


def test_it_is_smaller_than_six_kilobytes():
    assert len(script.script().zipped) < MOST_BYTES


def test_the_question_before_measuring_is_a_small_script_of_its_own():
    status, headers, body = get("/cdp-banner.js", HTTP_ACCEPT_ENCODING="gzip")
    assert status == "200 OK"
    assert len(body) < 4 * 1024
    assert headers["ETag"] != get()[1]["ETag"]
    assert b"innerHTML" not in gzip.decompress(body)


def test_it_is_served_compressed_where_asked_and_the_same_either_way():
    status, headers, body = get(HTTP_ACCEPT_ENCODING="gzip, deflate, br")
    plain = get()[2]
    assert status == "200 OK"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"].startswith("text/javascript")
    assert gzip.decompress(body) == plain == script.script().plain
    assert int(headers["Content-Length"]) == len(body)


def test_a_browser_that_has_it_asks_once_an_hour_and_is_answered_in_a_line():
    headers = get()[1]
    assert "max-age=3600" in headers["Cache-Control"]
    assert "Set-Cookie" not in headers
    status, again, body = get(HTTP_IF_NONE_MATCH=headers["ETag"])
    assert (status, body, again["ETag"]) == ("304 Not Modified", b"", headers["ETag"])


def test_head_has_no_body_and_other_methods_are_not_ours():
    assert get(method="HEAD")[2] == b""
    assert get(method="POST") == b"django"
    assert get("/cdp.js.map") == b"django"


def test_any_site_may_load_it():
    headers = get()[1]
    assert (headers["Access-Control-Allow-Origin"], headers["Cross-Origin-Resource-Policy"]) == ("*", "cross-origin")


def test_it_needs_nothing_that_a_strict_policy_forbids_and_sets_no_cookie():
    text = script.script().plain.decode()
    for word in ("eval(", "new Function", "document.cookie", "innerHTML", ".style", "document.write", "sendBeacon"):
        assert word not in text
    assert not re.search(r"https?://(?!\()[a-z]", text)  # it speaks to nobody but its own server


def test_the_source_is_what_is_served_but_for_comments():
    source = (script.FOLDER / "cdp.js").read_text()
    assert source.startswith("// The shop's own tracking script")
    assert script.FOLDER.is_relative_to(settings.BASE_DIR)
    assert not any(line.startswith("//") for line in script.script().plain.decode().splitlines())
