"""What they allow; one file per aggregate."""

from consent.models.policies import Policy, PolicyText, PolicyVersion
from consent.models.purposes import Channel, Purpose
from consent.models.records import ConsentRecord, ConsentState

__all__ = ["Channel", "ConsentRecord", "ConsentState", "Policy", "PolicyText", "PolicyVersion", "Purpose"]
