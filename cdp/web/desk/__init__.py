"""The counter and the phone: what joins the rooms there.

finding    who it is, from whatever was typed, read or scanned into one field
glance     what staff see of a person at once
consents   what somebody allows, in the words that were read or shown to them
talks      a call or visit, the answer to one question, a purchase and what was allowed, in one transaction and once
sales      a purchase that is taken down at the counter, with its coupon
origins    where facts of the two desks come from
"""
