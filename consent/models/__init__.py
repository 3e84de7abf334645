"""What they allow; one file per aggregate."""

from consent.models.activities import ProcessingActivity
from consent.models.breaches import Breach, BreachDraft, BreachPerson, BreachStep
from consent.models.evidence import EvidenceFile
from consent.models.links import LinkRequest
from consent.models.minimisation import FieldDecision, FieldFigure, FieldUse
from consent.models.pending import Confirmation, ContactWish, Guardianship, Pending
from consent.models.policies import Policy, PolicyText, PolicyVersion
from consent.models.purposes import Channel, Purpose
from consent.models.records import ConsentRecord, ConsentState
from consent.models.requests import (
    PrivacyAttempt,
    PrivacyChange,
    PrivacyCode,
    PrivacyRequest,
    PrivacyRequestStep,
    Right,
)
from consent.models.restrictions import LegalHold, Restriction
from consent.models.retention import RetentionLine, RetentionRule, RetentionRun
from consent.models.shown import ServedCount, ServedNotice, TermsAcceptance
from consent.models.special import SpecialDetail

__all__ = [
    "Breach",
    "BreachDraft",
    "BreachPerson",
    "BreachStep",
    "Channel",
    "Confirmation",
    "ConsentRecord",
    "ConsentState",
    "ContactWish",
    "EvidenceFile",
    "FieldDecision",
    "FieldFigure",
    "FieldUse",
    "Guardianship",
    "LegalHold",
    "LinkRequest",
    "Pending",
    "Policy",
    "PolicyText",
    "PolicyVersion",
    "PrivacyAttempt",
    "PrivacyChange",
    "PrivacyCode",
    "PrivacyRequest",
    "PrivacyRequestStep",
    "ProcessingActivity",
    "Purpose",
    "Restriction",
    "RetentionLine",
    "RetentionRule",
    "RetentionRun",
    "Right",
    "ServedCount",
    "ServedNotice",
    "SpecialDetail",
    "TermsAcceptance",
]
