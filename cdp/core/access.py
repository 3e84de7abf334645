"""Who may do what: one table of roles and capabilities, read by pages, the admin and the navigation.

Letters stand for roles: viewer, clerk, marketer, steward, privacy officer, owner. The permission matrix test runs every
role against every page from this table.
"""

LETTERS = {"v": "viewer", "c": "clerk", "m": "marketer", "s": "steward", "p": "privacy", "o": "owner"}

_TABLE: dict[str, str] = {
    # capability: letters of the roles that have it
    "dashboard": "vcmspo",
    # The state of the shop with its revenue. A clerk's home is the counter.
    "home": "vmspo",
    "customers.view": "vcmspo",
    "customers.edit": "cspo",
    # Contact details in full; everybody else sees them masked.
    "customers.reveal": "cspo",
    # To see one of them in full after saying why; the reason is kept in the access log. A viewer asks a colleague.
    "customers.ask": "cmspo",
    # Forgetting a person for good.
    "customers.erase": "po",
    # Handing the shop's tablet to a customer.
    "kiosk": "cmspo",
    "segments": "vmo",
    "segments.edit": "mo",
    # The statement behind a rule.
    "segments.sql": "vo",
    "campaigns.view": "vmpo",
    "campaigns.edit": "mo",
    "surveys.view": "vmpo",
    "surveys.edit": "mo",
    # Answering what people say of the shop in public; tickets are of whoever serves customers.
    "voice.edit": "cmspo",
    # How customers earn and spend, and what they get for it.
    "loyalty.edit": "mo",
    # Giving and taking points by hand, within the limits of the programme; above them somebody else decides.
    "loyalty.adjust": "cmso",
    "loyalty.approve": "mso",
    "imports": "so",
    # Asking for a file of people; whoever is no privacy officer or owner waits for one from a certain size.
    "exports": "mspo",
    "exports.approve": "po",
    "consent.record": "cspo",
    "consent.manage": "po",
    # Who looked at whom.
    "access_log": "po",
    "steward": "spo",
    # Rotating the key ring; what is sealed under which key is told to whoever manages consent.
    "keys": "o",
    # Staff accounts and what is asked of them at log-in.
    "staff": "o",
    "settings": "o",
}
CAPABILITIES: dict[str, frozenset[str]] = {
    capability: frozenset(LETTERS[letter] for letter in letters) for capability, letters in _TABLE.items()
}

FORMER = {"analyst": "viewer", "admin": "owner", "privacy_officer": "privacy"}
"""Other words for a role that commands accept: former names, and the privacy officer spelled out."""

OWNERS_MODELS = {"user", "apikey", "source", "sourcesecret", "storefront", "purpose", "policyversion"}
"""Models in /admin/ that stewards may read and only owners may change."""


NOBODYS_APPS = frozenset({"account", "auth", "mfa", "sessions"})
"""Apps of others whose rows nobody opens in /admin/: whoever could touch second factors could log in as an owner."""


def role_of(word: str) -> str:
    """The role that a command means by `word`; a word that is no other name of one stays as it is."""
    return FORMER.get(word, word)


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
    app, _, rest = perm.partition(".")
    if app in NOBODYS_APPS:
        return False
    action, _, model = rest.partition("_")
    if model in OWNERS_MODELS and action != "view":
        return allows(role, "settings")
    return action in {"view", "add", "change", "delete"}
