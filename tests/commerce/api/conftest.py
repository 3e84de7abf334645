"""A storefront that calls the API."""

import json

import pytest
from django.test import Client

from tests import factories


class Shop:
    """Calls with one key and speaks JSON."""

    def __init__(self, text):
        self.client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path, body, **headers):
        return self._send(self.client.post, path, body, headers)

    def put(self, path, body, **headers):
        return self._send(self.client.put, path, body, headers)

    def delete(self, path, **headers):
        return self.client.delete(f"/api/v1/{path}", headers=headers)

    @staticmethod
    def _send(method, path, body, headers):
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return method(f"/api/v1/{path}", data, content_type="application/json", headers=headers)


@pytest.fixture
def shop(db):
    return Shop(factories.api_key()[1])


@pytest.fixture
def till(db):
    return Shop(factories.api_key(source_key="till")[1])


@pytest.fixture
def reader(db):
    return Shop(factories.api_key(scopes=("orders:read", "products:read"))[1])


@pytest.fixture
def outsider(db):
    return Shop(factories.api_key(scopes=("customers:read",))[1])
