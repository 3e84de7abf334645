"""The days on which shops in Thailand and Korea are busy, and the lunar feasts that move."""

from datetime import date

# First day of the lunar year and the autumn full moon in Korea, by year.
_LUNAR = """
2018=02-16/09-24 2019=02-05/09-13 2020=01-25/10-01 2021=02-12/09-21 2022=02-01/09-10 2023=01-22/09-29 2024=02-10/09-17
2025=01-29/10-06 2026=02-17/09-25 2027=02-07/09-15 2028=01-27/10-03 2029=02-13/09-22 2030=02-03/09-12 2031=01-23/10-01
2032=02-11/09-19 2033=01-31/09-08 2034=02-19/09-27 2035=02-08/09-16
"""


def _lunar(text: str) -> tuple[dict[int, date], dict[int, date]]:
    seollal, chuseok = {}, {}
    for word in text.split():
        year, _, days = word.partition("=")
        first, _, second = days.partition("/")
        seollal[int(year)] = date.fromisoformat(f"{year}-{first}")
        chuseok[int(year)] = date.fromisoformat(f"{year}-{second}")
    return seollal, chuseok


SEOLLAL, CHUSEOK = _lunar(_LUNAR)
