"""Breaches of personal data.

recording  the incident, its assessment, its end; every step in a log that cannot be changed
affected   who is affected, by query, kept as it was found
drafting   what is to be said, under each law and in each language
telling    one notice to each person, through the outbox
evidence   everything in one file for an authority
escalating reminders while the hours run
"""
