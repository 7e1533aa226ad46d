"""The catalogue of the packs in force. The exporter imports this: standard library and model only."""

from collections.abc import Sequence
from pathlib import Path

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.bundled import load_catalogue


def catalogue_in_force(directories: Sequence[Path] = ()) -> Catalogue:
    """Return what all packs declare: those that ship, and those of one's own directories over them.

    Without directories no ``pack.yaml`` is read, and nothing that could read one is imported.

    Args:
        directories: each holds ``<pack>/pack.yaml``; later ones win over earlier ones, pack by pack.

    Raises:
        PackError: With the complaints about all directories and files.
    """
    if not directories:
        return load_catalogue()
    from dynamic_alerting.packs.declared_keys import catalogue_of  # noqa: PLC0415 - takes half a second
    from dynamic_alerting.packs.own import packs_in_force  # noqa: PLC0415 - the same

    return catalogue_of(packs_in_force(directories).packs)
