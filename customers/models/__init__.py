"""Who they are; one file per aggregate."""

from customers.models.addresses import Address
from customers.models.arrivals import Arrival
from customers.models.choices import FormChoice
from customers.models.companies import Company, CompanyKey, CompanyLink, CompanySweep
from customers.models.contacts import ContactPoint
from customers.models.customer import Customer, Status
from customers.models.identifiers import Identifier, SharedIdentifier
from customers.models.interactions import Interaction, InteractionTopic
from customers.models.leads import Lead, LeadKey
from customers.models.merges import MergeLog
from customers.models.notes import Note
from customers.models.profiling import Asked, ProfileQuestion
from customers.models.suggestions import MergeSuggestion
from customers.models.suppressions import SuppressedIdentifier
from customers.models.tellings import Telling

__all__ = [
    "Address",
    "Arrival",
    "Asked",
    "Company",
    "CompanyKey",
    "CompanyLink",
    "CompanySweep",
    "ContactPoint",
    "Customer",
    "FormChoice",
    "Identifier",
    "Interaction",
    "InteractionTopic",
    "Lead",
    "LeadKey",
    "MergeLog",
    "MergeSuggestion",
    "Note",
    "ProfileQuestion",
    "SharedIdentifier",
    "Status",
    "SuppressedIdentifier",
    "Telling",
]
