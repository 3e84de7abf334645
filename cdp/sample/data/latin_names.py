"""Names in Latin script by group of countries; the ASCII spelling beside each is what goes into an e-mail address."""
# ruff: noqa: E501 - rows of a table are easier to read uncut; Hangul counts double

import unicodedata

_MALE = {
    "en": "James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony Mark Steven Paul "
    "Andrew Joshua Kevin Brian George Edward Jason Ryan Jacob Nicholas Eric Jonathan Stephen Scott Benjamin Samuel "
    "Gregory Patrick Jack Dennis Oliver Harry Liam Noah Ethan Lucas Callum Owen Finn",
    "de": "Lukas Jonas Felix Maximilian Moritz Jürgen Stefan Klaus Jörg Matthias Florian Tobias Sebastian Uwe Günther",
    "fr": "Jean Pierre Michel François Nicolas Julien Antoine Étienne Rémi Mathieu Théo Hugo Benoît Gaël Loïc",
    "se": "Erik Lars Anders Björn Johan Oskar Gustav Nils Mikael Henrik Sven Axel",
    "jp": "Haruto Yuto Sota Ren Takumi Kenji Hiroshi Daiki Kazuki Satoshi Naoki Makoto Shota Ryo Takeshi",
    "sg": "Wei Jie Jun Hao Zhi Wei Kai Jun Ming Hao Guan Yu Jia Hao Boon Keng Chee Seng Hock Lim Swee Teck Muhammad Faiz "
    "Ahmad Hakim Arjun Ravi",
}
_FEMALE = {
    "en": "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra "
    "Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Helen Sharon Cynthia "
    "Amy Anna Olivia Emma Sophie Grace Chloe Hannah Ruby Isla Freya Zoe Megan Abigail Niamh",
    "de": "Anna Lena Katharina Sabine Jutta Heike Greta Ursula Birgit Käthe Anja Melanie Franziska Ingrid Nadine",
    "fr": "Marie Camille Chloé Léa Manon Élodie Céline Sylvie Aurélie Hélène Amélie Margaux Inès Noémie Brigitte",
    "se": "Astrid Ingrid Elsa Maja Karin Åsa Linnea Sofia Ebba Annika Birgitta Malin",
    "jp": "Yui Sakura Hina Aoi Mio Yuki Keiko Naomi Ayumi Emi Haruka Misaki Rina Kaori Tomoko",
    "sg": "Xin Yi Hui Min Mei Ling Jia Wen Li Ting Siew Ling Pei Shan Yi Xuan Shu Fen Wan Ting Nurul Aisyah Siti Hajar "
    "Priya Kavitha",
}
_FAMILY = {
    "en": "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Thompson White "
    "Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell "
    "Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan "
    "Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Watson Brooks Bennett Gray Hughes Price Foster O'Brien "
    "O'Connor MacDonald McCarthy Fitzgerald Doyle Sinclair",
    "de": "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
    "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Köhler Weiß",
    "fr": "Bernard Dubois Durand Leroy Moreau Lefebvre Roux Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau "
    "Blanc Guérin Faure Chevalier Gauthier Perrin Clément Garnier Renaud Lemaître",
    "se": "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Lindberg Lindström "
    "Bergström Sjöberg Öberg Åkesson",
    "jp": "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi "
    "Matsumoto Inoue Kimura Hayashi Shimizu Saito",
    "sg": "Tan Lim Lee Ng Ong Wong Goh Chua Chan Koh Teo Ang Yeo Tay Ho Low Toh Sim Chong Chia Seah Rahman Ismail Nair",
}

_TWO_WORDS = {"sg"}


def _ascii(name: str) -> str:
    plain = name.replace("ß", "ss").replace("ø", "o")
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if sign.isascii() and sign.isalpha())


def _split(text: str, *, two: bool) -> tuple[tuple[str, str], ...]:
    words = text.split()
    names = [f"{first} {second}" for first, second in zip(words[::2], words[1::2], strict=True)] if two else words
    return tuple((name, _ascii(name)) for name in names)


MALE = {group: _split(text, two=group in _TWO_WORDS) for group, text in _MALE.items()}
FEMALE = {group: _split(text, two=group in _TWO_WORDS) for group, text in _FEMALE.items()}
FAMILY = {group: _split(text, two=False) for group, text in _FAMILY.items()}
