"""Exports of companies that we know: sales systems."""

from cdp.core.imports.layouts import Layout

LAYOUTS = (
    Layout(
        key="hubspot.companies",
        kind="companies",
        signature=frozenset({"Record ID", "Company name"}),
        columns={
            "Record ID": "company.external_id",
            "Company name": "company.name",
            "Industry": "company.industry",
            "Number of Employees": "company.employees",
            "Company Domain Name": "company.domain",
            "Website URL": "company.domain",
            "Country/Region": "company.country",
            "State/Region": "company.province",
            "City": "company.city",
        },
    ),
    Layout(
        key="salesforce.accounts",
        kind="companies",
        signature=frozenset({"Id", "Name", "Industry", "NumberOfEmployees"}),
        columns={
            "Id": "company.external_id",
            "Name": "company.name",
            "Industry": "company.industry",
            "NumberOfEmployees": "company.employees",
            "Website": "company.domain",
            "BillingCountry": "company.country",
            "BillingState": "company.province",
            "BillingCity": "company.city",
        },
    ),
    Layout(
        key="salesforce.accounts_report",
        kind="companies",
        signature=frozenset({"Account ID", "Account Name", "Employees"}),
        columns={
            "Account ID": "company.external_id",
            "Account Name": "company.name",
            "Industry": "company.industry",
            "Employees": "company.employees",
            "Website": "company.domain",
            "Billing Country": "company.country",
            "Billing State/Province": "company.province",
            "Billing City": "company.city",
        },
    ),
)
"""What we know."""
