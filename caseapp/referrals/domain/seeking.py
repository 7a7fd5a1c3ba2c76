"""By what a search finds a referral: the children it tells of and the adults it names, whole or in part."""

from collections.abc import Iterable
from itertools import combinations

from caseapp.kernel.text import clean
from caseapp.people.domain.identifiers import Postcode, parse_postcode
from caseapp.people.domain.matching.keys import key
from caseapp.people.domain.seeking import name_words, seek_keys, sounds_key

from .children import ChildTold, as_list, as_object, as_text, children_of

_MOST_ADULTS = 50
_MOST_WORDS = 500


def search_keys(document: object, children: Iterable[ChildTold], *, source_id: str | None) -> frozenset[int]:
    """The keys of a referral. A protected address finds nothing."""
    keys: set[int] = set()
    for child in children:
        named = name_words(child.first_name, child.last_name)
        postcode = None if child.protected else parse_postcode(child.postcode)
        whole = [postcode.full] if isinstance(postcode, Postcode) else []
        keys |= seek_keys(named, born_on=child.born_on, postcodes=whole)
        keys |= {sounds_key(*pair) for pair in combinations(named, 2)}
        keys |= {
            key("id", f"{kind}{value}")
            for kind, value in (("nhs_number", child.nhs_number), ("upn", child.upn))
            if value
        }
        if child.postcode_sector and not child.protected:
            keys.add(sector_key(child.postcode_sector))
    for told in as_list(as_object(document).get("household"))[:_MOST_ADULTS]:
        # By whole words only: what is found by these alone is an adult, and nobody checks how near it is.
        keys |= seek_keys(name_words(as_text(as_object(told).get("name"))), born_on=None, postcodes=())
    if source_id:
        keys.add(source_key(clean(source_id)[0]))
    return frozenset(keys)


def search_words(document: object) -> list[str]:
    """The words of the names in a referral, at most 500: for the list of words that are nearly one another."""
    words: dict[str, None] = {}
    for child in children_of(document):
        words |= dict.fromkeys(name_words(child.first_name, child.last_name))
    for told in as_list(as_object(document).get("household"))[:_MOST_ADULTS]:
        words |= dict.fromkeys(name_words(as_text(as_object(told).get("name"))))
    return list(words)[:_MOST_WORDS]


def sector_key(sector: str) -> int:
    """The key of a postcode sector, "S65 1"."""
    return key("sector", sector)


def source_key(number: str) -> int:
    """The key of a number that another system gave."""
    return key("source", number)
