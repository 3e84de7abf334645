"""Cities elsewhere with a region and postcodes, and the telephone numbers that are reserved for fiction there."""
# ruff: noqa: E501 - rows of a table are easier to read uncut; Hangul counts double

from typing import NamedTuple


class Place(NamedTuple):
    """One city: country, region, the group of names of people there, their language, and postcodes to draw from."""

    country: str
    region: str
    city: str
    names: str
    language: str
    postcodes: tuple[str, ...]
    streets: tuple[str, ...]


_STREETS = {
    "en": ("Oak Street", "Maple Avenue", "Church Road", "Park Lane", "High Street", "Mill Road", "Cedar Drive"),
    "de": ("Hauptstraße", "Gartenweg", "Lindenallee", "Bahnhofstraße", "Schillerstraße"),
    "fr": ("rue de la Gare", "avenue Victor Hugo", "rue des Lilas", "place du Marché", "rue du Moulin"),
    "se": ("Storgatan", "Kyrkogatan", "Björkvägen", "Skolgatan"),
    "jp": ("Honcho", "Sakuragaoka", "Midoricho", "Chuo"),
    "sg": ("Jalan Besar", "Orchard Road", "Bukit Timah Road", "Serangoon Road"),
}

# Share, country, region (a name in the United States, elsewhere the ISO 3166-2 code), city, group of names, language,
# postcodes.
_PLACES = """
9|US|California|Los Angeles|en|en|90012,90026,90036|
6|US|California|San Francisco|en|en|94103,94110,94117|
9|US|New York|New York|en|en|10003,10011,10025|
5|US|Texas|Austin|en|en|78701,78704|
5|US|Illinois|Chicago|en|en|60607,60614|
5|US|Washington|Seattle|en|en|98101,98115|
4|US|Massachusetts|Boston|en|en|02116,02130|
4|US|Florida|Miami|en|en|33130,33137|
5|CA|CA-ON|Toronto|en|en|M5V 2T6,M4Y 1Z9|
3|CA|CA-BC|Vancouver|en|en|V6B 1A1,V5K 0A1|
9|GB|GB-ENG|London|en|en|SW1A 1AA,E1 6AN,N1 9GU|
4|GB|GB-ENG|Manchester|en|en|M1 1AE,M4 5JD|
3|GB|GB-SCT|Edinburgh|en|en|EH1 1YZ,EH3 9DR|
7|AU|AU-NSW|Sydney|en|en|2000,2010,2026|
5|AU|AU-VIC|Melbourne|en|en|3000,3053,3182|
6|DE|DE-BE|Berlin|de|de|10115,10437,12047|
4|DE|DE-BY|München|de|de|80331,80799|
3|DE|DE-HH|Hamburg|de|de|20095,22765|
5|FR|FR-IDF|Paris|fr|fr|75004,75011,75018|
3|FR|FR-ARA|Lyon|fr|fr|69002,69006|
3|SE|SE-AB|Stockholm|se|en|111 22,118 26|
2|SE|SE-O|Göteborg|se|en|411 05,413 01|
8|JP|JP-13|Tokyo|jp|ja|150-0001,160-0022,106-0032|
4|JP|JP-27|Osaka|jp|ja|530-0001,542-0076|
9|SG|SG-01|Singapore|sg|en|238801,189702,310145|
5|MY|MY-14|Kuala Lumpur|sg|en|50250,50450,59200|
"""


def _places(text: str) -> tuple[Place, ...]:
    table: list[Place] = []
    for line in text.strip().splitlines():
        share, country, region, city, names, language, postcodes, _ = line.split("|")
        place = Place(country, region, city, names, language, tuple(postcodes.split(",")), _STREETS[names])
        table += [place] * int(share)
    return tuple(table)


PLACES = _places(_PLACES)

_US_AREAS = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 "
    "253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 "
    "321 323 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419"
)

# Numbers that the authority of each country keeps for films and books: country code, prefixes and how many digits follow.
# Where a country keeps none, the shop has no telephone number of its people.
RESERVED_PHONES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "US": ("1", tuple(f"{area}55501" for area in _US_AREAS.split()), 2),
    "CA": ("1", tuple(f"{area}55501" for area in ("416", "604", "647", "778", "403", "613", "514", "905")), 2),
    "GB": ("44", ("2079460", "1174960", "1134960", "1214960", "1414960", "1514960", "1614960"), 3),
    "AU": ("61", ("25550", "35550", "75550", "85550"), 4),
    "DE": ("49", ("3023125", "4066969", "6990009", "2214710", "8999998"), 3),
}  # fmt: skip
