"""Companies of business customers.

keeping   companies as doors tell them: found by number, name or domain, made, completed, merged
linking   which customer belongs to which, by rules or because somebody said so
"""
