"""Collecting no more than is used.

counting  how many have each field, who told it, what uses it: nightly and on demand
deciding  needed after all, not collected any more, removed
"""
