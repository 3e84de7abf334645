"""The counter and the phone: what joins the rooms there.

finding    who it is, from whatever was typed, read or scanned into one field
glance     what staff see of a person at once
consents   what somebody allows, in the words that were read or shown to them
talks      a call or visit with the answer to one question, in one transaction
sales      a purchase that is taken down at the counter
"""
