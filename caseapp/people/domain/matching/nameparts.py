"""Names taken apart for comparing: words, spellings of one name, short forms, and how a name sounds."""

import csv
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path

import jellyfish
from nicknames import NickNamer

from caseapp.people.domain.names import is_not_known, is_unborn_name, normalise_name

_VARIANTS = Path(__file__).parents[2] / "data" / "name_variants.csv"
# Words that stand in a name's place and name nobody.
_NO_NAMES = frozenset({"unborn", "baby", "bump", "of", "infant", "twin", "child", "boy", "girl", "male", "female"})
_LONGEST = 80
_HALF_VOWELS = str.maketrans("", "", "YWH")


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, normalised; none for a name that is not known or stands for an unborn baby."""
    if is_not_known(text) or is_unborn_name(text):
        return ()
    words = tuple(normalise_name(text[:_LONGEST]).split())
    return () if all(word in _NO_NAMES for word in words) else words


@lru_cache(maxsize=65_536)
def unborn_words(text: str) -> bool:
    """Whether a first name says that the child is not yet born or has no name yet ("Baby of")."""
    words = normalise_name(text[:_LONGEST]).split()
    return bool(words) and all(word in _NO_NAMES for word in words)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """How a word sounds, without half-vowels (Aisha, Ayesha); what has no sound in Latin letters is its own."""
    heard = jellyfish.metaphone(word)
    return heard[:1] + heard[1:].translate(_HALF_VOWELS) if heard else word


@cache
def _variants() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """By name: its other spellings, and its short forms or the names it is a short form of."""
    spelled: dict[str, set[str]] = defaultdict(set)
    short: dict[str, set[str]] = defaultdict(set)
    with _VARIANTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = [normalise_name(name) for name in row["names"].split()]
            if row["kind"] == "spelling":
                for name in names:
                    spelled[name] |= set(names) - {name}
            else:
                short[names[0]] |= set(names[1:])
                for name in names[1:]:
                    short[name].add(names[0])
    return {name: frozenset(found) for name, found in spelled.items()}, {
        name: frozenset(found) for name, found in short.items()
    }


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=65_536)
def spellings_of(word: str) -> frozenset[str]:
    """Other spellings and transliterations of one name (Mohammed, Muhammad)."""
    return _variants()[0].get(word, frozenset())


@lru_cache(maxsize=65_536)
def short_forms_of(word: str) -> frozenset[str]:
    """The short forms of a name and the names it is a short form of (Ellie, Eleanor), with their spellings."""
    namer = _nicknamer()
    near = set(_variants()[1].get(word, ())) | set(namer.nicknames_of(word)) | set(namer.canonicals_of(word))
    near = {normalise_name(name) for name in near}
    for name in [*near, *spellings_of(word)]:
        near |= spellings_of(name)
        if name not in near:
            near |= _variants()[1].get(name, frozenset())
    return frozenset(near - {word, ""} - spellings_of(word))


@lru_cache(maxsize=65_536)
def is_name(word: str) -> bool:
    """Whether a word is known to be a name, or short for one."""
    return bool(spellings_of(word) or short_forms_of(word))
