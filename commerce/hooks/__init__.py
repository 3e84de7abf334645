"""What online stores tell by webhook, one folder per store with the same files in each.

envelope   who signed the request, which topic, which delivery: headers and raw bytes
topics     which topics are understood and which reader takes each
people     customers and buyers
orders     orders and refunds
catalogue  products
carts      carts and checkouts (stores that tell of them)
guide      what somebody does to connect it, click by click

Platforms that bring leads (facebook, linkedin, line) stand here as well: it is the same door, with the same
signatures, seals, claims and replays. Their folders have besides:

asking     what a delivery does not carry and is fetched with the shop's access token, before it is read

Readers are pure: a body becomes facts (`facts`), or they say where it is unreadable (`reading.Unreadable`). A new store
is one copied folder and a line in `registry`.
"""
