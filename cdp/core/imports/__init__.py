"""The import engine: any file, any room, row by row reported, chunk by chunk committed.

registry  what can be imported: each room declares its kinds, their targets and a handler
mapping   which column goes to which target: given, or guessed from the header
engine    survey, parse, write, checkpoint; the same for the command line and for uploads
"""
