"""Two hundred answers on a hundred places, and one link pressed twenty times, at a running shop: over HTTP, at once."""

import html
import json
import re
import threading
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import running

pytestmark = [pytest.mark.long]
BEGIN = """
from django.utils import timezone
from cdp.core import actors
from surveys.services import publishing
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value
survey = asking.opened(value(page("one", question("nps", "score", required=True))))
publishing.set_quotas(survey=survey.id, quotas={"all": ("", 100)}, actor=actors.SYSTEM, at=timezone.now())
link = asking.opened(value(page("one", question("nps", "score", required=True))), slug="link")
print("=" + asking.invited(link, factories.customer(email="ada@example.com").id))
"""


def at_once(count, call):
    """What each of so many came to, all begun together."""
    begin = threading.Barrier(count)

    def one(number):
        begin.wait()
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_a_quota_of_a_hundred_takes_a_hundred_of_two_hundred_and_a_link_one_of_twenty():
    with running.shop() as shop:
        secret = re.search(r"^=(\S+)$", shop.run("shell", "-v", "0", "-c", BEGIN), re.MULTILINE)[1]

        def answer(number):
            body = {"answers": {"score": number % 11}, "external_id": f"R-{number}"}
            return shop.call("POST", "/api/v1/surveys/visit/responses", body)

        found = at_once(200, answer)
        assert Counter((status, body["state"]) for status, body in found) == {
            (201, "complete"): 100,
            (201, "full"): 100,
        }
        # Told again, each hears what it heard, and no place more is taken.
        assert [body["state"] for _status, body in at_once(200, answer)] == [body["state"] for _status, body in found]
        assert shop.rows("SELECT key, taken FROM surveys_quota") == [("all", 100)]
        assert shop.scalar("SELECT count(*) FROM surveys_answer WHERE is_counted") == 100

        path = f"{shop.url}/s/link/{secret}"
        with urllib.request.urlopen(path) as page:
            tags = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page.read().decode())
        told = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in tags]
        fields = {one["name"]: html.unescape(one.get("value", "")) for one in told}

        def press(number):
            body = urllib.parse.urlencode(fields | {"q.score": number % 11}).encode()
            with urllib.request.urlopen(path, body) as thanks:
                return thanks.status

        assert set(at_once(20, press)) == {200}
        kept = "SELECT count(*) FROM surveys_response WHERE survey_id = (SELECT id FROM surveys_survey WHERE slug = 'link')"
        assert shop.scalar(kept) == 1
        assert json.dumps(shop.rows("SELECT state FROM surveys_invitation")) == '[["answered"]]'
