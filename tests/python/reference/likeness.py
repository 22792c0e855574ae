"""Pairs of persons that look alike, found by comparing every one with every other."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

import phonenumbers

from .identity import Person
from .settings import Settings
from .shop import Shop

MIN_SCORE = 0.7
MIN_LOCAL_PART = 6
WEIGHTS = {
    "same mailbox": 0.9,
    "same phone": 0.6,
    "same birth date": 0.6,
    "near address": 0.6,
    "same name": 0.5,
    "same postal code": 0.4,
    "same local part": 0.3,
    "same city": 0.2,
}
DOUBTS = {"other first name": 0.4, "other birth date": 0.3}
NO_BIRTH_DATES = (date(1900, 1, 1), date(1970, 1, 1))
Mailbox = tuple[str, str]


@dataclass
class Traits:
    """What a person may have in common with another; `born` are names with a birth date."""

    phones: set[str] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)
    first_names: set[str] = field(default_factory=set)
    birth_dates: set[date] = field(default_factory=set)
    born: set[tuple[str, str, date]] = field(default_factory=set)
    postal_codes: set[tuple[str, str]] = field(default_factory=set)
    cities: set[tuple[str, str]] = field(default_factory=set)
    mailboxes: set[Mailbox] = field(default_factory=set)

    def keys(self) -> Iterator[object]:
        """Yield what makes two persons worth comparing, unless many have it."""
        yield from (("phone", phone) for phone in self.phones)
        yield from (("mailbox", mailbox) for mailbox in self.mailboxes)
        yield from (("born", *born) for born in self.born)
        for name in self.names:
            yield from (("postal code", *name, *code) for code in self.postal_codes)
            yield from (("city", *name, *city) for city in self.cities)


def identity_suggestions(shop: Shop) -> list[dict[str, Any]]:
    """Return the pairs that are suggested."""
    persons = [
        person for person in shop.identity.persons if person not in shop.identity.left_unjoined
    ]
    persons.sort(key=_place)
    traits = _traits_of(shop)
    crowds = Counter(key for person in persons for key in traits[person].keys())  # noqa: SIM118
    few = {
        key
        for key, count in crowds.items()
        if count <= shop.settings.identity_suggestions_max_block
    }
    keys = {person: few.intersection(traits[person].keys()) for person in persons}
    rows = []
    for one, other in combinations(persons, 2):
        evidence = _evidence(traits[one], traits[other])
        if keys[one].isdisjoint(keys[other]) and "near address" not in evidence["slips"]:
            continue
        score = 1.0
        for name in evidence["for"]:
            score *= 1 - WEIGHTS[name]
        score = 1 - score
        for name in evidence["against"]:
            score *= DOUBTS[name]
        if round(score, 2) >= MIN_SCORE:
            words = [*evidence["for"], *(f"but {name}" for name in evidence["against"])]
            rows.append(
                {
                    "customer_id": one.customer_id,
                    "other_customer_id": other.customer_id,
                    "score": round(score, 2),
                    "evidence": ", ".join(words),
                    **_named(one, ""),
                    **_named(other, "other_"),
                    "as_of_date": shop.clock.as_of_date,
                }
            )
    return rows


def _place(person: Person) -> tuple[Any, ...]:
    """Return where a person stands among all: accounts first, each by its bytes."""
    if person.accounts:
        return 0, min((one.encode(), other.encode()) for one, other in person.accounts)
    return 1, min(email.encode() for email in person.emails)


def _named(person: Person, prefix: str) -> dict[str, str | None]:
    account = person.accounts[0] if person.accounts else (None, None)
    return {
        f"{prefix}source_system": account[0],
        f"{prefix}account_id": account[1],
        f"{prefix}email": None if person.accounts else person.emails[0],
    }


def _traits_of(shop: Shop) -> dict[Person, Traits]:
    found: dict[Person, Traits] = defaultdict(Traits)
    for person in shop.identity.persons:
        found[person].mailboxes = {_mailbox(email) for email in person.emails}
    for row in shop.tables["customers"]:
        # A row of a placeholder is its address's, and says nothing of who that is.
        account = shop.identity.account(row)
        owner = None if account is None else shop.identity.by_account.get(account)
        if owner is None:
            continue
        traits = found[owner]
        country = row["country_code"] or shop.settings.shop_country
        if phone := _phone(row["phone"], country):
            traits.phones.add(phone)
        first_name, last_name = _folded(_first_word(row["first_name"])), _folded(row["last_name"])
        born = None if row["birth_date"] in NO_BIRTH_DATES else row["birth_date"]
        if first_name:
            traits.first_names.add(first_name)
        if born:
            traits.birth_dates.add(born)
        if first_name and last_name:
            traits.names.add((first_name, last_name))
            if born:
                traits.born.add((first_name, last_name, born))
        _add_place(traits, row, shop.settings)
    for row in shop.tables["orders"]:
        if buyer := shop.identity.person(row):
            _add_place(found[buyer], row, shop.settings)
    return found


def _add_place(traits: Traits, row: dict[str, Any], settings: Settings) -> None:
    country = row["country_code"] or settings.shop_country
    if code := _folded(row["postal_code"]):
        traits.postal_codes.add((country, code))
    if city := _folded(row["city"]):
        traits.cities.add((country, city))


def _phone(text: str | None, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text or "", country)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    return f"+{number.country_code}{number.national_number}" if is_valid else None


def _first_word(text: str | None) -> str:
    words = [word for word in re.split(r"[\s-]+", text or "") if word]
    return words[0] if words else ""


def _folded(text: str | None) -> str:
    plain = unicodedata.normalize("NFD", (text or "").lower())
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")
    plain = unicodedata.normalize("NFC", plain)
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LMN")


def _mailbox(email: str) -> Mailbox:
    local_part, domain = email.split("@")
    return local_part.split("+")[0].replace(".", "") or local_part, domain


def _evidence(one: Traits, other: Traits) -> dict[str, list[str]]:
    """Return what speaks for one person, and against it, in the order of the weights."""
    shares = {
        "same mailbox": one.mailboxes & other.mailboxes,
        "same phone": one.phones & other.phones,
        "same birth date": one.birth_dates & other.birth_dates,
        "near address": _near(one.mailboxes, other.mailboxes),
        "same name": one.names & other.names,
        "same postal code": one.postal_codes & other.postal_codes,
        "same local part": _long(one.mailboxes) & _long(other.mailboxes),
        "same city": one.cities & other.cities,
    }
    slips = ["near address"] if shares["near address"] else []
    if shares["same mailbox"]:
        shares["near address"] = False
    if shares["same mailbox"] or slips:
        shares["same local part"] = set()
    if shares["same postal code"]:
        shares["same city"] = set()
    is_other_name = (
        one.first_names
        and other.first_names
        and not any(
            first == second or (1 in (len(first), len(second)) and first[0] == second[0])
            for first in one.first_names
            for second in other.first_names
        )
    )
    is_other_date = one.birth_dates and other.birth_dates and not shares["same birth date"]
    return {
        "slips": slips,
        "for": [name for name in WEIGHTS if shares[name]],
        "against": [
            name
            for name, holds in zip(DOUBTS, (is_other_name, is_other_date), strict=True)
            if holds
        ],
    }


def _long(mailboxes: Iterable[Mailbox]) -> set[str]:
    return {local_part for local_part, _ in mailboxes if len(local_part) >= MIN_LOCAL_PART}


def _near(mailboxes: set[Mailbox], others: set[Mailbox]) -> bool:
    for local_part, domain in mailboxes:
        for other_part, other_domain in others:
            if min(len(local_part), len(other_part)) < MIN_LOCAL_PART:
                continue
            if domain == other_domain and _is_slip(local_part, other_part):
                return True
            if local_part == other_part and _is_slip(domain, other_domain):
                return True
    return False


def _is_slip(one: str, other: str) -> bool:
    """Tell whether one slip makes two texts of each other, by making every slip there is."""
    if one == other or one[0] != other[0] or _digits(one) != _digits(other):
        return False
    if len(one) > len(other):
        one, other = other, one
    if len(one) < len(other):
        return any(one == other[:place] + other[place + 1 :] for place in range(len(other)))
    differing = [place for place in range(len(one)) if one[place] != other[place]]
    if len(differing) == 1:
        return True
    first, second = differing[0], differing[-1]
    is_swap = one[first] == other[second] and one[second] == other[first]
    return len(differing) == 2 and second == first + 1 and is_swap


def _digits(text: str) -> str:
    return "".join(re.findall("[0-9]", text))
