"""Reading tickets.

ruling     the shop's hours, targets and own addresses
opened     words of tickets and messages, unsealed
queue      the list for those who work on them
telling    the customer's page, timeline and desk
waiting    how long people waited: the report
"""
