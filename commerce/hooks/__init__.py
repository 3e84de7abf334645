"""What online stores tell by webhook, one folder per store with the same files in each.

envelope   who signed the request, which topic, which delivery: headers and raw bytes
topics     which topics are understood and which reader takes each
people     customers and buyers
orders     orders and refunds
catalogue  products
carts      carts and checkouts (stores that tell of them)

Readers are pure: a body becomes facts (`facts`), or they say where it is unreadable (`reading.Unreadable`). A new store
is one copied folder and a line in `registry`.
"""
