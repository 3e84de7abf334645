"""Writing tickets, whoever tells of them.

telling    the one way in: tickets with their messages, set-wise, each once
opening    one ticket, for other rooms and doors
standing   counting anew how a ticket stands
working    replies, notes, who looks after it, resolving, rating
mailbox    mail that customers wrote
mail_job   the same as a job
recounting  open tickets by changed hours, as a job
ruling     the shop's hours and targets
asking     asking customers how it was handled
correcting  moments that their source corrects
undoing    taking an import back
parting    what two wrote into one ticket while they were one person, apart again
overdue    what was missed is escalated
"""
