"""Keeping data as long as the rules say, and no longer.

deciding  what the privacy officer puts in force
running   dry runs and runs, as jobs that go on after a kill
"""
