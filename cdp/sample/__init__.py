"""A believable shop for trying things out: people in Thailand, Korea and elsewhere, what they bought, said and did.

    shop = generate(seed=1, customers=2_000, events=30_000, now=moment)
    for row in shop.people(): ...            # dicts whose keys are import targets, values as in a file
    files.write(shop, folder)                # customers, orders, consents, products, truth (.csv), events (.jsonl)

Pure Python: no database, no clock, no settings. Everything is decided by the seed, the moment at which the history
ends, its length and the number of a row; so a million people stream in constant memory, any chunk of rows can be made
on any process, and the chunks put together are the whole, byte for byte. Rows do not depend on how many there are,
except that the events are shared out so that there are exactly as many as asked for.

What is true about a row stands in `Shop.truth()`: the person behind it, whether it is a `duplicate` (the same person
written down again, in another spelling), one of a `household` (two people, one telephone) or a `namesake` (two people,
one name), what was misspelled, and the right values.

Nobody here is real. E-mail addresses use the domains reserved for examples; telephone numbers elsewhere are those
reserved for fiction; Thailand and Korea reserve none, so theirs only have the right form: never send to them.

Rooms: `humans` (the true people) → `rows` (what doors wrote down, `dirt`) → `rhythm` and `purchases` (when and what
they buy), `permissions` (what they allow), `visits` and `tracking` (what they do) → `shop`, `files`. `data` holds
names, places, products and feasts; `dice` the repeatable chance.
"""
