"""What an edit does to the parts of one profile: identifiers, contact points, address, columns.

An import adds to what is known; an edit says what is true now. So a corrected e-mail address takes the place of the
wrong one, which no longer identifies the person: a typing mistake must not keep gluing a stranger's orders to them.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection

from cdp.core.crypto import subjects
from cdp.core.models import Source
from customers.models import Address, ContactPoint, Customer, Identifier, SharedIdentifier
from customers.rules import names, provenance, settling
from customers.rules.identifiers import KINDS
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.selectors import identifiers
from customers.selectors.profiles import Contact, Profile
from customers.services import phone_countries
from customers.services.identity import contacts, profiles, resolving

CONTACTS = ("external_id", "member_number", "line_id", "email", "phone", "handle")
NAMES = ("name", "given_name", "family_name")
PARTS = ("given_name", "family_name")
PLACE = ("street", "city", "province", "postcode", "country")
TOLD = (*CONTACTS, *NAMES, *PLACE, *settling.SINGLE, *settling.ADDED)


def words_of(person: Person, word: Word, origins: provenance.Origins | None) -> dict[str, Word]:
    """Who told each of the fields that an edit tells or clears."""
    told = {
        settling.register_of(field, scope=word.source)
        for field in TOLD
        if getattr(person, field) or field in person.cleared
    }
    if told & {provenance.PLACE, provenance.COUNTRY}:
        told |= {provenance.PLACE, provenance.COUNTRY}  # a place is corrected as a whole
    if provenance.NAME in told and origins and provenance.FAMILY in origins:
        told.add(provenance.FAMILY)
    return {register: provenance.kept(word, provenance.of(origins, register)) for register in told}


def change_identifiers(profile: Profile, person: Person, *, source: Source, word: Word) -> None:
    """Claim what was told, release what it replaces and what was cleared. Raises IdentityConflict."""
    for field in CONTACTS:
        value = getattr(person, field)
        if not value and field not in person.cleared:
            continue
        scope = source.key if KINDS[field].per_source else ""
        wanted = identifiers.digest(field, value, scope) if value else None
        for current in _given_up(profile, field, scope, is_told=bool(value)):
            if (old := identifiers.digest(field, current.value, scope)) != wanted:
                _release(profile.id, old)
        if wanted is not None:
            _claim(profile, Key(field, scope, wanted), _given_name_key(profile, person), word)
    if person.card_token or "card_token" in person.cleared:
        _change_cards(profile, person, word)


def _given_up(profile: Profile, field: str, scope: str, *, is_told: bool) -> list[Contact]:
    """What gives way when a field is told or emptied. People have many accounts: a further one replaces none, and
    emptying takes all of them.
    """
    kind = str(contacts.KINDS[field])
    if field == "handle":
        return [] if is_told else [one for one in profile.contacts if one.kind == kind]
    current = profile.contact(kind, scope)
    return [current] if current else []


def _change_cards(profile: Profile, person: Person, word: Word) -> None:
    """A card is one more, up to the limit, where the oldest gives way; clearing removes all."""
    held = Identifier.objects.filter(customer_id=profile.id, kind="card").order_by("created_at", "digest")
    wanted = identifiers.digest("card", person.card_token) if person.card_token else None
    others = [bytes(digest) for digest in held.values_list("digest", flat=True) if bytes(digest) != wanted]
    kept = (KINDS["card"].limit or 1) - 1 if wanted else 0
    for digest in others[: max(0, len(others) - kept)]:
        _release(profile.id, digest)
    if wanted:
        _claim(profile, Key("card", "", wanted), None, word)


def _release(customer: uuid.UUID, digest: bytes) -> None:
    """The key identifies this customer no more. A household's phone passes to another member."""
    SharedIdentifier.objects.filter(digest=digest, customer_id=customer).delete()
    heirs = SharedIdentifier.objects.filter(digest=digest).order_by("id").values_list("customer_id", flat=True)
    held = Identifier.objects.filter(digest=digest, customer_id=customer)
    heir = heirs.first()
    if heir is None:
        held.delete()
    else:
        held.update(customer_id=heir)


def _claim(profile: Profile, key: Key, given_name: int | None, word: Word) -> None:
    with connection.cursor() as cursor:
        # Insert first and look afterwards: a claim by another process in between is seen, not overwritten.
        cursor.execute(
            """
            INSERT INTO customers_identifier
                (digest, customer_id, kind, source, is_verified, is_shared, created_at, told_by)
            VALUES (%s, %s, %s, %s, false, false, %s, %s) ON CONFLICT (digest) DO NOTHING
            """,
            [
                key.digest,
                profile.id,
                key.kind,
                key.scope,
                word.at,
                provenance.told_by(word.source, word.fact),
            ],
        )
    owner = Identifier.objects.get(digest=key.digest)
    if owner.customer_id == profile.id:
        return
    if owner.is_shared and SharedIdentifier.objects.filter(digest=key.digest, customer_id=profile.id).exists():
        return
    if key.kind == "phone" and _is_another_person(owner.customer_id, given_name):
        Identifier.objects.filter(digest=key.digest).update(is_shared=True)
        for holder in (owner.customer_id, profile.id):
            SharedIdentifier.objects.get_or_create(digest=key.digest, customer_id=holder)
        return
    raise resolving.IdentityConflict([profile.id, owner.customer_id])


def _is_another_person(owner: uuid.UUID, given_name: int | None) -> bool:
    """Families share phones: two different given names on one number are two people."""
    theirs = Customer.objects.filter(id=owner).values_list("given_name_key", flat=True).first()
    return theirs is not None and given_name is not None and theirs != given_name


def _given_name_key(profile: Profile, person: Person) -> int | None:
    given = person.given_name or ("" if "name" in person.cleared else profile.given_name)
    return profiles.given_name_key(given)


def change_contacts(profile: Profile, person: Person, keyring: subjects.Keyring, *, source: Source, word: Word) -> None:
    """The primary contact point of each told or cleared kind is replaced or removed."""
    for field in CONTACTS:
        kind = str(contacts.KINDS[field])
        value = getattr(person, field)
        scope = source.key if kind == ContactPoint.Kind.EXTERNAL else ""
        if value or field in person.cleared:
            gone = [one.id for one in _given_up(profile, field, scope, is_told=bool(value)) if one.value != value]
            if gone:
                ContactPoint.objects.filter(customer_id=profile.id, id__in=gone).delete()
    told = Person(**{field: getattr(person, field) for field in CONTACTS})
    if told.is_identified:
        states = {profile.id: settling.State()}
        points = contacts.plan_points(
            {profile.id: [(told, word)]}, states, known=[profile.id], source=source, base=word
        )
        contacts.write_points(points, keyring=keyring, now=word.at)
    if person.phone or "phone" in person.cleared:
        phone_countries.settle([profile.id])


def change_place(profile: Profile, person: Person, keyring: subjects.Keyring, *, word: Word) -> dict[str, str]:
    """Correct the primary address; returns the place columns of the customer row that follow it."""
    if not any(getattr(person, field) or field in person.cleared for field in PLACE):
        return {}
    row, place = profile.customer, profile.place
    old = {field: getattr(place or row, field, "") for field in PLACE}
    new = {field: "" if field in person.cleared else getattr(person, field) or old[field] for field in PLACE}
    columns = {field: new[field] for field in PLACE if field != "street"}
    if place and new == old:
        return columns
    if place:
        Address.objects.filter(customer_id=profile.id, id=place.id).delete()
    if new["street"] or new["city"] or new["postcode"]:
        told = Person(
            street=new["street"],
            city=new["city"],
            province=new["province"],
            postcode=new["postcode"],
            country=new["country"],
        )
        states = {profile.id: settling.State(street=told)}
        contacts.write_addresses({profile.id: [(told, word)]}, states, known=[profile.id], keyring=keyring, now=word.at)
    return columns


def columns_of(profile: Profile, person: Person, keyring: subjects.Keyring) -> dict[str, Any]:
    """The new values of the customer row's other columns: only those that were told or cleared."""
    changed: dict[str, Any] = _names(profile, person, keyring)
    for field in profiles.PLAIN:
        if field not in PLACE and (getattr(person, field) or field in person.cleared):
            changed[field] = getattr(person, field)
    if person.birth_date or "birth_date" in person.cleared:
        changed["birth_date"] = person.birth_date
    for field in ("interests", "tags"):
        if getattr(person, field) or field in person.cleared:
            changed[field] = list(getattr(person, field))
    if person.created_at:
        changed["created_at"] = person.created_at
    return changed


def _names(profile: Profile, person: Person, keyring: subjects.Keyring) -> dict[str, Any]:
    whole, given, family = names_of(profile, person)
    if (whole, given, family) == (profile.name, profile.given_name, profile.family_name):
        return {}
    sealed = {
        column: keyring.seal(value, customer=profile.id, table=profiles.TABLE, column=column, row=profile.id)
        for column, value in zip(NAMES, (whole, given, family), strict=True)
    }
    return {
        **sealed,
        "given_name_key": profiles.given_name_key(given),
        "search_tokens": profiles.search_tokens(whole),
    }


def names_of(profile: Profile, person: Person) -> tuple[str, str, str]:
    """Whole, given and family name after the edit. A part told alone keeps the other part as it was."""
    if "name" in person.cleared and not person.name:
        return "", "", ""
    told = [part for part in PARTS if getattr(person, part) or part in person.cleared]
    if not told:
        return profile.name, profile.given_name, profile.family_name
    given, family = (getattr(person if part in told else profile, part) for part in PARTS)
    whole = person.name if person.name and len(told) == len(PARTS) else names.compose(given, family)
    return whole, given, family


def outcome_of(after: Profile, person: Person, source: Source) -> Person:
    """What an edit came to, of all that it told or cleared: names, places and lists as a whole."""
    told = {field for field in TOLD if getattr(person, field) or field in person.cleared}
    for whole in (NAMES, PLACE):
        told |= set(whole) if told.intersection(whole) else set()
    now: dict[str, Any] = {}
    for field in told:
        if field in CONTACTS:
            scope = source.key if field == "external_id" else ""
            contact = after.contact(str(contacts.KINDS[field]), scope)
            now[field] = contact.value if contact else ""
        elif field in NAMES:
            now[field] = getattr(after, field)
        elif field == "street":
            now[field] = after.place.street if after.place else ""
        else:
            value = getattr(after.customer, field)
            now[field] = tuple(value) if isinstance(value, list) else value
    emptied = {field for field, value in now.items() if not value}
    return Person(**now, cleared=frozenset(emptied | told.intersection(settling.ADDED)))


def differences(before: Profile | None, after: Profile) -> Mapping[str, tuple[Any, Any]]:
    """Field → (old, new) of everything that changed, for the audit."""
    old, new = facts(before) if before else {}, facts(after)
    return {field: (old.get(field, ""), new[field]) for field in new if new[field] != old.get(field, "")}


def facts(profile: Profile) -> dict[str, Any]:
    """A profile as plain values by field name."""
    row = profile.customer
    found: dict[str, Any] = {field: getattr(profile, field) for field in NAMES}
    for field in ("email", "phone", "line_id", "member_number"):
        found[field] = profile.value(str(contacts.KINDS[field]))
    found |= {f"external_id@{contact.source}": contact.value for contact in profile.external_ids}
    found["street"] = profile.place.street if profile.place else ""
    found |= {field: getattr(row, field) for field in profiles.PLAIN}
    found["birth_date"] = row.birth_date.isoformat() if row.birth_date else ""
    return found | {field: ", ".join(getattr(row, field)) for field in ("interests", "tags")}
