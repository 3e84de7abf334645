"""What the e-commerce specification of Segment says, read into our words: pure readers, as `commerce.hooks` for stores.

names     which event is which, in version 2, in version 1 and as people misspell it
articles  products and lines
orders    orders, refunds and coupons
carts     what happened to a cart
"""
