"""Webhooks of stores, from the raw request to facts.

deliveries  verified, sealed and durable before the store gets its 200; worked off afterwards, each in one transaction
applying    facts of a store into customers, orders, refunds, products, carts and consent records
marks       the store's own clock of each thing, so that an older telling never wins
notices     what people of ours must look at: privacy requests above all
"""
