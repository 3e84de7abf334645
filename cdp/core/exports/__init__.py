"""Files that leave: rows of people whom the gate lets go for that purpose, written piece by piece.

registry   what may be exported; each room declares its own kinds
writing    CSV that no spreadsheet runs, JSON lines, Parquet
leading    who is asked, who may, who not and why; what the access log learns
words      why it is asked for and let go, sealed
asking     what a member of staff asks for on the pages, and a second person who lets it go
making     the job that makes the file
keeping    where it lies, sealed
handing    the download, each person judged once more
taking     what the command on the server writes, by the same rules
ending     after a day, or when somebody in it is forgotten
"""
