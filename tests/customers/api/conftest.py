"""A storefront with a key."""

import json
from typing import Any

import pytest
from django.test import Client

from tests import factories


class Store:
    """Calls the REST API with one key."""

    def __init__(self, *scopes: str, source_key: str = "shop") -> None:
        self.key, self.text = factories.api_key(scopes or ("*",), source_key=source_key)
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        data = b"" if body is None else json.dumps(body)
        return self.client.generic(
            method,
            path if path.startswith("http") else f"/api/v1/{path}",
            data,
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.text}",
            **extra,
        )

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)


@pytest.fixture
def store(db: None) -> Store:
    return Store()


@pytest.fixture
def make_store(db: None) -> type[Store]:
    return Store
