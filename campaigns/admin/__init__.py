"""Campaigns in /admin/."""

from campaigns.admin import campaigns
