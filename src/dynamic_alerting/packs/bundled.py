"""What ships with the program. The exporter imports this at start: standard library and model only."""

from importlib.resources import files
from pathlib import Path

from dynamic_alerting.model.catalogue import Catalogue

_CHECKOUT = Path(__file__).parents[3]
_INSTALLED = Path(__file__).parents[1] / "rule-packs"


def load_catalogue() -> Catalogue:
    """Return the keys that the shipped packs declare.

    Raises:
        FileNotFoundError: catalogue.json was not generated.
    """
    return Catalogue.from_json(files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8"))


def rule_packs_directory() -> Path:
    """Return ``rule-packs/``: of the installed program, else of the checkout it runs from.

    Raises:
        FileNotFoundError: Neither exists.
    """
    for directory in (_INSTALLED, _CHECKOUT / "rule-packs"):
        if directory.is_dir():
            return directory
    raise FileNotFoundError(f"no rule-packs directory at {_INSTALLED} or under {_CHECKOUT}")


def checkout_root() -> Path:
    """Return the root of the checkout that the program runs from; generated files are written there.

    Raises:
        FileNotFoundError: The program is installed, not run from a checkout.
    """
    if not (_CHECKOUT / "rule-packs").is_dir():
        raise FileNotFoundError(
            "this program is installed, not run from a checkout; name your own packs with --packs.dir, or a "
            "checkout with --root"
        )
    return _CHECKOUT
