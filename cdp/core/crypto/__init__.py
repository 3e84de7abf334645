"""Personal data at rest: key ring, sealed fields, blind indexes (decision 5 of the design).

ring      the few keys of the installation, from CDP_ENCRYPTION_KEYS; they only wrap other keys
envelope  AES-256-GCM of one value under one data key
subjects  a data key for every customer; destroying it destroys what was sealed with it
index     blind indexes and prefix tokens, so that sealed values can be found without opening the table
hourly    keys for what lives for hours only: inbox, uploads, stored answers, rejected rows
tokens    opaque links (unsubscribe, preferences, cursors)
fields    the model field that marks a column as sealed
"""
