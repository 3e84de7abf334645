"""Leads: what ads and chats brought, from any door, and what staff make of it.

taking    leads into customers, once each
undoing_leads  what an import made of them, noted and taken back
working   status, owner, next step; one look at what was answered
"""
