"""What a customer's row comes to when people are told of: each field by its later word, whatever the order of telling.

Pure: a state goes in, words about it one after the other, and the state says what holds. Parts of a name go together,
and so do the parts of a place; a country that comes with a town belongs to it.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from customers.rules import names, provenance
from customers.rules.people import Person
from customers.rules.provenance import COUNTRY, FAMILY, NAME, PLACE, Origins, Standing, Word

AREA = ("province", "city", "postcode")
NAMES = ("name", "given_name", "family_name")
CONTACTS = ("external_id", "member_number", "line_id", "email", "phone", "handle")
SINGLE = (
    "gender",
    "birth_date",
    "language",
    "nationality",
    "company",
    "job_title",
    "income_band",
    "occupation",
    "education",
    "children",
    "interests",
)
"""Fields that stand alone."""
ADDED = ("tags",)
"""Fields to which every word adds; the newest one is kept as their origin."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    NAME: NAMES,
    COUNTRY: ("country",),
    PLACE: AREA,
    **{name: (name,) for name in (*SINGLE, *ADDED)},
}
"""Register → the fields it stands for."""
WHOLE, PART = 2, 1
_NOBODY = Person()


def register_of(name: str, *, scope: str = "") -> str:
    """The register of a field; customer numbers have one per source."""
    if name == "external_id":
        return f"external_id@{scope}"
    if name == "street":
        return PLACE
    return next((register for register, columns in COLUMNS.items() if name in columns), name)


def is_whole_place(*, country: object, city: object, postcode: object) -> bool:
    """Whether a place says which country a town is in."""
    return bool(country and (city or postcode))


def name_rank(given: object) -> int:
    """A name by which somebody is called stands above a family name alone, which the whole family has."""
    return WHOLE if given else PART


def called(given_name: str) -> Hashable | None:
    """What makes two given names the same; None for no name."""
    return " ".join(names.words(given_name)) or None


@dataclass
class State:
    """What is known of one customer, as far as words decide about it."""

    origins: Origins | None = None
    filled: set[str] = field(default_factory=set)
    given_name: Hashable | None = None
    """What the given name is compared by, as `called` gives it."""
    has_family_name: bool = False
    is_whole_place: bool = False
    called: Callable[[str], Hashable | None] = called
    words: dict[str, Word] = field(default_factory=dict)
    """What was heard here and holds: register → word."""
    winners: dict[str, Person] = field(default_factory=dict)
    """Whose words hold: register → who was told of."""
    emptied: set[str] = field(default_factory=set)
    """Parts of a place that were emptied on purpose."""
    street: Person | None = None
    """Whose address is the one where the person lives now, if one was told here."""

    def word(self, register: str) -> Word | None:
        """The word that holds about a register."""
        return self.words.get(register) or provenance.of(self.origins, register)

    def standing(self, register: str) -> Standing | None:
        """What is known about a register; None where nobody ever said anything."""
        is_filled = register in self.filled
        word = self.words.get(register)
        if word is None and (is_filled or (self.origins and register in self.origins)):
            word = provenance.of(self.origins, register)
        if word is None and not is_filled:
            return None
        return Standing(word, self._rank(register), is_filled)

    def _rank(self, register: str) -> int:
        if register == NAME:
            return name_rank(self.given_name)
        if register in {COUNTRY, PLACE}:
            # One word told both, or two words about parts of two places happen to stand side by side.
            is_one = self.is_whole_place and self.word(COUNTRY) == self.word(PLACE)
            return WHOLE if is_one else PART
        return PART

    def forget_retold(self, registers: Iterable[str], *, base: Word) -> None:
        """Drop words about registers whose values stayed as they were, where they say no more than what stood there
        (see `provenance.is_retold`); of those that stand or fall together all go or none does.
        """
        heard = [register for register in registers if register in self.words]
        old = {register: provenance.of(self.origins, register) for register in heard}
        if all(provenance.is_retold(self.words[register], old[register], base=base) for register in heard):
            for register in heard:
                del self.words[register]

    def hear(self, person: Person, word: Word) -> None:
        """Take in what was told about a person."""
        self._hear_name(person, word)
        self._hear_place(person, word)
        for name in SINGLE:
            if getattr(person, name) or name in person.cleared:
                self._settle(name, PART, person, word, is_filled=bool(getattr(person, name)))
        if person.tags or "tags" in person.cleared:
            self._settle("tags", PART, person, word, is_filled=bool(person.tags))

    def hear_contact(self, register: str, person: Person, word: Word) -> bool:
        """Whether this is the way of contact, or the number, that comes first from now on."""
        return self._settle(register, PART, person, word)

    def _hear_name(self, person: Person, word: Word) -> None:
        if not person.name:
            return
        given, rank, old = self.called(person.given_name), name_rank(person.given_name), self.standing(NAME)
        holds = provenance.holds(word, rank, old)
        is_same = old is not None and given is not None and given == self.given_name
        if old and is_same and (person.family_name or (self.has_family_name and word.not_before is None)):
            # The same name, with the family name or without it: of the fuller ones the later one holds, and what holds
            # about the name as a whole is the later word, however full.
            known = self.word(FAMILY) if self._is_apart() else old.word
            if person.family_name:
                fuller = Standing(known, rank) if self.has_family_name else None
                takes = provenance.holds(word, rank, fuller) if fuller else provenance.may_add(word, old)
                if takes:
                    self.winners[NAME], self.has_family_name = person, True
                    known = provenance.kept(word, known if fuller else None)
            if holds:
                self.words[NAME] = provenance.kept(word, old.word)
            if known is not None and known != self.word(NAME):
                self.words[FAMILY] = known
            elif self._is_apart():
                self.words[FAMILY] = self.words.get(NAME) or known or word
        elif holds:
            self._take(NAME, old, person, word, is_filled=True)
            self.given_name, self.has_family_name = given, bool(person.family_name)
            if self._is_apart():
                self.words[FAMILY] = self.words[NAME]

    def _is_apart(self) -> bool:
        """Whether the family name has a word of its own."""
        return FAMILY in self.words or (self.origins is not None and FAMILY in self.origins)

    def _hear_place(self, person: Person, word: Word) -> None:
        is_area = bool(person.province or person.city or person.postcode)
        is_whole = is_whole_place(country=person.country, city=person.city, postcode=person.postcode)
        rank = WHOLE if is_whole else PART
        # Both are asked before either changes: they stand and fall together where one word told both.
        place, country = self.standing(PLACE), self.standing(COUNTRY)
        takes_place = (is_area or bool(person.street)) and provenance.holds(word, rank, place)
        takes_country = bool(person.country) and provenance.holds(word, rank, country)
        self._forget_place(person, word, {PLACE: place, COUNTRY: country})
        if takes_place:
            self.street = person
        if takes_place and is_area:
            self._take(PLACE, place, person, word, is_filled=True)
        if takes_country:
            self._take(COUNTRY, country, person, word, is_filled=True)
        if takes_country or (takes_place and is_area):
            self.is_whole_place = is_whole and takes_place and takes_country

    def _forget_place(self, person: Person, word: Word, known: Mapping[str, Standing | None]) -> None:
        """Parts that were emptied on purpose; what is told beside them goes its own way."""
        for register, standing in known.items():
            emptied = person.cleared.intersection(COLUMNS[register])
            is_silent = not any(getattr(person, name) for name in COLUMNS[register])
            if emptied and is_silent and provenance.holds(word, PART, standing):
                self.words[register] = provenance.kept(word, standing.word if standing else None)
                self.emptied |= emptied
                self.is_whole_place = False

    def _settle(self, register: str, rank: int, person: Person, word: Word, *, is_filled: bool = True) -> bool:
        old = self.standing(register)
        if not provenance.holds(word, rank, old):
            return False
        self._take(register, old, person, word, is_filled=is_filled)
        return True

    def _take(self, register: str, old: Standing | None, person: Person, word: Word, *, is_filled: bool) -> None:
        self.words[register] = provenance.kept(word, old.word if old else None)
        self.winners[register] = person
        self.emptied -= set(COLUMNS.get(register, ()))
        (self.filled.add if is_filled else self.filled.discard)(register)


def settled(told: Iterable[tuple[Person, Word]]) -> tuple[Person, State]:
    """One new person from everything told about them, and the words that hold."""
    state, whole = State(), Person()
    tags: dict[str, None] = {}
    pairs = list(told)
    for person, word in pairs:
        state.hear(person, word)
        if "tags" in person.cleared:
            tags.clear()
        tags.update(dict.fromkeys(person.tags))
        whole.is_sample = whole.is_sample or person.is_sample
    for register, columns in COLUMNS.items():
        winner = state.winners.get(register)
        if winner is not None:
            for name in columns:
                setattr(whole, name, getattr(_NOBODY if name in state.emptied else winner, name))
    whole.tags = tuple(tags)
    whole.created_at = min((person.created_at for person, _word in pairs if person.created_at), default=None)
    return whole, state
