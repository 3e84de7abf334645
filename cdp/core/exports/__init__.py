"""Files that leave: rows of people whom the gate lets go for that purpose, written piece by piece.

registry   what may be exported; each room declares its own kinds
writing    CSV that no spreadsheet runs, JSON lines, Parquet
leading    who is asked, who may, who not and why; what the access log learns
"""
