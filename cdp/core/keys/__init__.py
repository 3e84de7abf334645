"""The key ring at work: who uses which of its keys, and how everything moves to a new one while the shop is open.

holders    every table that names a key of the ring, and how its rows are opened
rotation   moves them to the first key of the ring, in batches, as a job
proofs     a process with a wrong or a missing key does not start
processes  which processes are connected, with which ring
needs      who beside the database still needs a key (backups that are kept)
report     what is sealed, and under which keys
"""
