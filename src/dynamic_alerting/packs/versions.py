"""Which version of the packs is in force: a hash over what they declare, equal where that is equal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dynamic_alerting.model.catalogue import NO_CATALOGUE, Catalogue


@dataclass(frozen=True, slots=True)
class PacksVersion:
    """What is in force, in numbers that are equal wherever it is equal.

    Attributes:
        sha256: over everything that all packs declare.
        by_pack: the same over each pack alone, by name.
    """

    sha256: str
    by_pack: Mapping[str, str]

    def view(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {"sha256": self.sha256, "by_pack": dict(self.by_pack)}


def packs_version(catalogue: Catalogue) -> PacksVersion:
    """Return the version of what a catalogue declares.

    It covers keys, defaults and state filters, which decide what is served, and not the rules. File names,
    comments and the order of directories change nothing.
    """
    document = catalogue.document()
    by_pack = {name: _hash(_part(document, name)) for name in sorted(catalogue.packs)}
    return PacksVersion(_hash(document), by_pack)


def _part(document: Mapping[str, Any], pack: str) -> dict[str, Any]:
    parts = ("keys", "state_filters")
    return {name: [said for said in document[name] if said["pack"] == pack] for name in parts}


def _hash(document: object) -> str:
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode("ascii")).hexdigest()


NO_PACKS = packs_version(NO_CATALOGUE)
