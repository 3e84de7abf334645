"""Schemathesis, unmodified, reads our OpenAPI document and tries everything it allows and forbids on a running shop."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import running

pytestmark = pytest.mark.long
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "missing_required_header",
)
"""Not those that want the document to say which texts are refused: NUL and rules of segments are beyond JSON Schema."""


def test_no_call_the_document_allows_or_forbids_is_a_fault_of_ours(tmp_path: Path) -> None:
    with running.shop(sample=True) as shop:
        words = [sys.executable, "-m", "schemathesis.cli", "run", f"{shop.url}/api/schema/"]
        words += ["--header", f"Authorization: Bearer {shop.credentials['api_key']}", "--checks", ",".join(CHECKS)]
        # Below the limit of a key, which is a check of its own; the seed makes a failure come again.
        words += ["--rate-limit", "150/s", "--seed", "20261122", "--max-examples", "50", "--continue-on-failure"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=1500, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-20_000:]
        assert " passed" in done.stdout
