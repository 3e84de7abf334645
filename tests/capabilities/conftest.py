"""Clients of other vendors, for the capabilities that are theirs."""

from tests.clients.conftest import node_packages, python_with

__all__ = ["node_packages", "python_with"]
