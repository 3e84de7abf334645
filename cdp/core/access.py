"""Who may do what: one table of roles and capabilities, read by pages, the admin and the navigation.

The permission matrix test runs every role against every page from this table.
"""

CAPABILITIES: dict[str, frozenset[str]] = {
    # capability: roles that have it
    "dashboard": frozenset({"clerk", "marketer", "analyst", "steward", "privacy", "admin"}),
    # The state of the shop with its revenue. A clerk's home is the counter.
    "home": frozenset({"marketer", "analyst", "steward", "privacy", "admin"}),
    "customers.view": frozenset({"clerk", "marketer", "analyst", "steward", "privacy", "admin"}),
    "customers.edit": frozenset({"clerk", "steward", "privacy", "admin"}),
    # Contact details in full; everybody else sees them masked and may ask to see one, which is logged with a reason.
    "customers.reveal": frozenset({"clerk", "steward", "privacy", "admin"}),
    # Forgetting a person for good.
    "customers.erase": frozenset({"privacy", "admin"}),
    "segments": frozenset({"marketer", "analyst", "admin"}),
    "campaigns.view": frozenset({"marketer", "analyst", "privacy", "admin"}),
    "campaigns.edit": frozenset({"marketer", "admin"}),
    "imports": frozenset({"steward", "admin"}),
    "consent.record": frozenset({"clerk", "privacy", "steward", "admin"}),
    "consent.manage": frozenset({"privacy", "admin"}),
    "steward": frozenset({"steward", "privacy", "admin"}),
    "settings": frozenset({"admin"}),
}

ADMIN_ONLY_MODELS = {"user", "apikey", "source", "sourcesecret", "storefront", "purpose", "policyversion"}
"""Models in /admin/ that stewards may read and only administrators may change."""


def allows(role: str, capability: str) -> bool:
    """Whether `role` has `capability`. Raises KeyError for a capability that is not in the table."""
    return role in CAPABILITIES[capability]


def home_of(role: str) -> str:
    """The path of the page on which somebody with that role begins."""
    return "/counter/" if role in CAPABILITIES["customers.edit"] - CAPABILITIES["home"] else "/"


def allows_model(role: str, perm: str) -> bool:
    """Django's `app.action_model` permissions in terms of the table."""
    if not allows(role, "steward"):
        return False
    action, _, model = perm.partition(".")[2].partition("_")
    if model in ADMIN_ONLY_MODELS and action != "view":
        return allows(role, "settings")
    return action in {"view", "add", "change", "delete"}
