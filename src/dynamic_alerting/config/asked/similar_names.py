"""Names that are probably one name, spelled in two ways.

Many names differ by one letter and are meant to: db-a and db-b, shop-eu and shop-us, db-1 and db-11. So only
what nobody tells names apart by counts: capitals, separators, a letter twice, and one mistake in a long word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Letters of a word that may have one mistake.
_LONG_WORD: Final = 6
_SEPARATORS: Final = re.compile(r"[\W_]+")
_TWICE: Final = re.compile(r"([^\W\d])\1+")


class SimilarNames:
    """Finds the names that one may have meant; preparing costs as much as looking up.

    Args:
        names: what there is.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_form: dict[str, list[str]] = {}
        for name in sorted(names):
            for form in _forms(name):
                self._by_form.setdefault(form, []).append(name)

    def to(self, name: str) -> list[str]:
        """The other names that are probably the same, in order."""
        found = {
            other
            for form in _forms(name)
            for other in self._by_form.get(form, ())
            if other != name and _may_be_one(name, other)
        }
        return sorted(found)


def _words(name: str) -> list[str]:
    return [word for word in _SEPARATORS.split(name.lower()) if word]


def _joined(name: str) -> str:
    return "".join(_words(name))


def _single(name: str) -> str:
    """The name with every letter once where it stands twice; digits count."""
    return "".join(_TWICE.sub(r"\1", word) for word in _words(name))


def _forms(name: str) -> Iterator[str]:
    """What two spellings of one name have in common; two names with one form need not be one name."""
    yield from {f"joined {_joined(name)}", f"single {_single(name)}"}
    words = _words(name)
    for place, word in enumerate(words):
        if len(word) >= _LONG_WORD - 1:
            around = f"{' '.join(words[:place])}\0{' '.join(words[place + 1 :])}"
            yield from {f"{around}\0{word[:cut]}{word[cut + 1 :]}" for cut in range(len(word))}
            yield f"{around}\0{word}"


def _may_be_one(first: str, second: str) -> bool:
    if _joined(first) == _joined(second) or _single(first) == _single(second):
        return True
    one, two = _words(first), _words(second)
    if len(one) != len(two):
        return False
    different = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and _is_one_mistake(*different[0])


def _is_one_mistake(one: str, two: str) -> bool:
    """Whether one letter of a long word is missing, too many, another, or exchanged with its neighbour."""
    short, long = sorted((one, two), key=len)
    if len(long) < _LONG_WORD or len(long) - len(short) > 1 or _digits(one) != _digits(two):
        return False
    begin = next(
        (place for place, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short)
    )
    if len(short) < len(long):
        return short[begin:] == long[begin + 1 :]
    if short[begin + 1 :] == long[begin + 1 :]:
        return True
    exchanged = short[begin + 1 : begin + 2] + short[begin : begin + 1] + short[begin + 2 :]
    return exchanged == long[begin:]


def _digits(word: str) -> list[str]:
    return re.findall(r"\d", word)
