"""What a group call tells of a company."""

from events.services import groups


def test_a_text_that_is_too_long_is_kept_shortened():
    company = groups.company_of("g1", {"name": "บริษัท " * 40, "industry": "x" * 121, "city": "c" * 120, "employees": 85})
    assert len(company.name) <= 200
    assert company.name.startswith("บริษัท บริษัท")
    assert company.name.endswith("…")
    assert (company.industry, company.city) == ("x" * 119 + "…", "c" * 120)
    assert company.size.employees == 85
