"""Where webhooks may go: nowhere inside a network, whatever name or spelling leads there."""

import socket
from ipaddress import ip_network

import pytest

from cdp.core.webhooks import addresses
from tests.core.webhooks.receiving import receiver


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "not_https"),
        ("ftp://example.com/", "not_https"),
        ("https:///x", "no_host"),
        ("https://exa mple.com/", "no_host"),
        ("https://example.com:99999/", "no_host"),
        ("https://me:word@example.com/", "credentials"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://10.1.2.3/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://[2002:a00:1::]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://100.64.0.1/", "private"),
        ("https://example.com:22/", "port"),
    ],
)
def test_an_address_inside_or_without_tls_is_refused(settings, url, code):
    settings.CDP_WEBHOOK_PRIVATE = ()
    with pytest.raises(addresses.BadUrl) as caught:
        addresses.check(url)
    assert caught.value.code == code


@pytest.mark.parametrize("url", ["https://example.com/hook", "https://example.com:8443/", "https://1.1.1.1/"])
def test_an_open_address_is_taken(settings, url):
    settings.CDP_WEBHOOK_PRIVATE = ()
    assert addresses.check(url).hostname


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "fe80::1%eth0"])
def test_a_name_that_leads_inside_is_not_called(settings, monkeypatch, inner):
    settings.CDP_WEBHOOK_PRIVATE = ()
    found = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (inner, 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_a, **_k: found)
    monkeypatch.setattr(addresses.socket, "create_connection", lambda *_a, **_k: pytest.fail("it connected"))
    with pytest.raises(addresses.NotReached) as caught:
        addresses.post("https://rebind.example.com/", body=b"{}", headers={})
    assert caught.value.code == "private_address"


def test_the_connection_goes_to_the_judged_address_and_speaks_to_the_name(settings, monkeypatch):
    settings.CDP_WEBHOOK_PRIVATE = (ip_network("127.0.0.0/8"),)
    with receiver() as found:
        port = int(found.url.split(":")[2].split("/")[0])
        entry = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        asked = []

        def once(*args, **_kwargs):
            asked.append(args[0])
            return entry

        monkeypatch.setattr(addresses.socket, "getaddrinfo", once)
        real = socket.create_connection
        monkeypatch.setattr(
            addresses.socket, "create_connection", lambda address, timeout: real(("127.0.0.1", address[1]), timeout)
        )
        answer = addresses.post(f"http://erp.example:{port}/told", body=b"{}", headers={"X-A": "b"})
    assert answer.status == 204
    assert asked[0] == "erp.example"
    assert found.got[0][0]["host"] == f"erp.example:{port}"


def test_plain_http_goes_only_to_networks_that_are_named(settings, monkeypatch):
    settings.CDP_WEBHOOK_PRIVATE = (ip_network("10.0.0.0/8"),)
    entry = [(0, 0, 0, "", ("93.184.215.14", 80))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_a, **_k: entry)
    with pytest.raises(addresses.BadUrl):
        addresses.post("http://example.com/", body=b"{}", headers={})
