"""Companies of business customers.

keeping   companies as doors tell them: found by number, name or domain, made, completed, merged
undoing_companies  what an import made of them, noted and taken back
linking   which customer belongs to which, by rules or because somebody said so
"""
