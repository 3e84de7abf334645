"""Tickets: how long somebody waits in the hours in which the shop can answer.

hours     the week of the shop, and the clock that only runs within it
week      how hours and targets are stored, and how staff write them
clock     what a ticket's messages say of it: state, first reply, resolution, what is due
letters   what a mail says, whatever is wrong with it
spoken    how long something took, in words
"""
