"""Tickets: how long somebody waits in the hours in which the shop can answer.

hours     the week of the shop, and the clock that only runs within it
"""
