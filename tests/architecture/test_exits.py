"""Nothing personal leaves without a decision: the source is read, and whatever opens an exit stands on this list.

An exit is a module that can carry data out of the machine or hand a file to somebody: mail, connections to others,
downloads. Each is here with its reason; those that carry people take a permit (`cdp.core.leaving`), which only the
gate's own decisions become. Something new fails until it takes one, or is nobody's data and says so here.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("cdp", "customers", "consent", "events", "commerce", "surveys", "loyalty", "analytics", "campaigns")
MODULES = {"smtplib", "http.client", "urllib.request", "requests", "httpx", "aiohttp", "ftplib", "telnetlib", "socket"}
ROOTS = {
    "http",
    "socketserver",
    "asyncio",
    "subprocess",
    "urllib3",
    "boto3",
    "botocore",
    "paramiko",
    "pycurl",
    "websockets",
}
HARMLESS = {"http.HTTPStatus", "http.cookies"}
NAMES = {"StreamingHttpResponse", "FileResponse", "send_mail", "send_mass_mail", "EmailMultiAlternatives"}
NAMES |= {"mail_admins", "mail_managers", "get_connection"}
MAILS = {"EmailMessage", "EmailMultiAlternatives"}  # of django.core.mail; those of the standard library carry nothing
TEXTS = {"Content-Disposition"}
FILES = ("text/csv", "application/zip", "application/octet-stream", "application/vnd.apache.parquet")
CALLS = {"transport"}  # `mail.transport()`: the way to the mail server

PERMITTED = {
    # module: what it carries under a permit
    "cdp/core/mail.py": "every mail: messages, notices, staff mail",
    "campaigns/channels/email/deliver.py": "messages of campaigns",
    "campaigns/services/trials.py": "trials of a message, to the member of staff who asks",
    "cdp/core/outbox/carriers.py": "notices to people",
    "cdp/core/exports/leading.py": "files of people, each judged",
    "cdp/core/exports/taking.py": "files of people that the command writes",
    "cdp/core/exports/handing.py": "the same files fetched by who asked for them, each person judged once more",
    "cdp/core/webhooks/delivering.py": "deliveries to other systems, handed over by `addresses`",
}
NOBODYS = {
    # module: why no permit
    "consent/services/breaches/escalating.py": "mail to staff by Django's own way, which `cdp/core/mail.py` gives a permit",
    "cdp/core/webhooks/addresses.py": "the wire of `delivering`, which nobody else may use (see below)",
    "cdp/core/fetching.py": "GET only, from platforms that tell us of leads: carries the shop's own token",
    "cdp/run/keys.py": "makes keys; a lock that other processes see",
    "cdp/run/child_process.py": "starts and ends the processes of this product",
    "cdp/run/embedded.py": "starts the database and the queue of this machine",
    "cdp/run/postgres.py": "starts the database of this machine",
    "cdp/run/health.py": "asks our own server whether it is well",
    "cdp/run/launch.py": "looks for a free port",
    "cdp/run/supervisor.py": "wakes itself up",
    "cdp/run/valkey.py": "looks whether our own server answers",
    "cdp/web/views/imports.py": "gives the rejected rows of a file back to whoever brought the file",
}
ON_REQUEST = {
    # module: downloads that their room guards itself; each is the person's or the officer's own copy, and logged
    "consent/views/certificates.py": "the certificate of an erasure, which names nobody, for the person and the officer",
    "consent/views/my_data.py": "a copy of somebody's own data, by a link that expires, after a code to their own address",
    "consent/views/desk.py": "the same copy, handed over by the privacy officer to somebody whom no code reaches",
    "consent/views/preferences.py": "the same receipt for the person, by their own link",
    "consent/views/breaches.py": "whom a breach concerns, for the officer who must tell them, logged",
    "consent/views/recording.py": "a file that proves one customer's words, for the officer who must show it, logged",
    "consent/views/register.py": "the register of processing: purposes and periods, nobody's data",
    "loyalty/views/code_file.py": "codes for a leaflet, which are nobody's until they are used, audited",
    "loyalty/views/programme.py": "the terms of the loyalty programme, nobody's data",
    "surveys/views/files.py": "the questions of a survey, nobody's data",
    "surveys/views/voice/ticket_report.py": "counts and times of tickets, nobody's data",
    "loyalty/views/draw_proof.py": "the frozen list of a draw: numbers and entries, nobody's data",
    "consent/views/receipts.py": "the signed receipt of one customer's own words, audited",
}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def exits(tree: ast.Module) -> Iterator[str]:
    """What of a module can carry something out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES or alias.name in ROOTS)
        elif isinstance(node, ast.ImportFrom):
            if node.module in MODULES:
                yield str(node.module)
            yield from (alias.name for alias in node.names if f"{node.module}.{alias.name}" in MODULES)
            yield from (alias.name for alias in node.names if alias.name in NAMES)
            root = str(node.module).partition(".")[0]
            if root in ROOTS and not node.level and {f"{node.module}.{a.name}" for a in node.names} - HARMLESS:
                yield str(node.module)
            if str(node.module).startswith("django.core.mail"):
                yield from (alias.name for alias in node.names if alias.name in MAILS)
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield node.attr
        elif isinstance(node, ast.Constant) and node.value in TEXTS:
            yield str(node.value)
        elif isinstance(node, ast.keyword) and node.arg == "content_type" and isinstance(node.value, ast.Constant):
            if str(node.value.value).startswith(FILES):
                yield str(node.value.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            yield node.func.attr


WORTH_READING = re.compile(
    "|".join(
        re.escape(word) for word in sorted({*NAMES, *MAILS, *TEXTS, *FILES, *CALLS, "Permit", "Outcome", "addresses"})
    )
    + rf"|^\s*(?:from|import)\s+(?:{'|'.join(re.escape(name) for name in sorted(MODULES | ROOTS))})\b"
    + r"|^\s*import\s.*,",
    re.MULTILINE,
)
"""A module without any of these words opens no exit and makes no permit: most need no parsing."""


@functools.cache
def sources() -> list[tuple[str, ast.Module]]:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    named = [(path.relative_to(ROOT).as_posix(), path) for path in paths if "/migrations/" not in path.as_posix()]
    return [(name, ast.parse(text)) for name, path in named if WORTH_READING.search(text := path.read_text())]


def found() -> dict[str, set[str]]:
    return {name: ways for name, tree in sources() if (ways := set(exits(tree)))}


def test_no_module_opens_an_exit_that_is_not_on_the_list():
    listed = {*PERMITTED, *NOBODYS, *ON_REQUEST}
    unknown = {name: sorted(ways) for name, ways in found().items() if name not in listed}
    assert unknown == {}, "take a permit (cdp.core.leaving) and stand on the list of this test"
    gone = {name for name in listed if not (ROOT / name).exists()}
    assert gone == set()


@pytest.mark.parametrize("name", sorted(PERMITTED))
def test_what_carries_people_out_takes_a_permit(name):
    words = {node.id for node in ast.walk(tree_of(ROOT / name)) if isinstance(node, ast.Name)}
    words |= {
        node.arg for node in ast.walk(tree_of(ROOT / name)) if isinstance(node, ast.arg | ast.keyword) and node.arg
    }
    assert "permit" in words


def test_nobody_makes_a_permit_by_hand():
    for name, tree in sources():
        made = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and (getattr(node.func, "id", "") == "Permit" or getattr(node.func, "attr", "") == "Permit")
        ]
        assert not made or name == "cdp/core/leaving.py", f"{name} makes a permit"


def test_permits_become_of_the_gates_decisions_only():
    """`from_decisions` takes what `gate.decide_many` gave: nobody builds an allowed decision elsewhere."""
    allowed = {"cdp/core/leaving.py", "consent/rules/gate.py", "cdp/core/webhooks/fanning.py"}
    for name, tree in sources():
        made = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "ALLOWED" and getattr(node.value, "id", "") == "Outcome"
        ]
        assert not made or name in allowed, f"{name} decides by itself"


def test_only_deliveries_use_the_wire_of_webhooks():
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "addresses.post":
                assert name == "cdp/core/webhooks/delivering.py"


def test_the_reader_sees_what_it_looks_for():
    """A test that finds nothing proves nothing."""
    for text in (
        "import smtplib",
        "from http import client",
        "from django.http import FileResponse",
        "response.headers['Content-Disposition'] = 'attachment'",
        "with mail.transport() as carrier: pass",
        "mail.send_mail(subject, body, sender, people)",
        "from django.core.mail import EmailMessage",
        "mail.get_connection().send_messages(found)",
        "import subprocess",
        "import urllib3",
        "from asyncio import open_connection",
        "import http",
        "HttpResponse(rows, content_type='text/csv')",
    ):
        assert list(exits(ast.parse(text))), text
        assert WORTH_READING.search(text), text
