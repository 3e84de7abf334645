"""Writing what people do on social platforms.

posts     posts by platform and number
acts      one per number of its source, the newest telling of it stands
taking    the way of every door: who it was, which post, the act, the ticket
"""
