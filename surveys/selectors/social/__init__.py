"""Reading what people do on social platforms.

accounts   the shop's own accounts
listing    what people wrote, filtered, page by page
posts      posts with what was done with them
story      timeline and panel of one customer
"""
