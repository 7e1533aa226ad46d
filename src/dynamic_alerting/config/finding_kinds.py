"""The one table of everything that can be wrong with a configuration.

An id is for ever: it is searched for, linked to and switched off by people. A kind that is no longer
produced keeps its row out of use rather than giving its id to another meaning. The tens are areas:
00 reading files, 10 YAML, 20 blocks, 30 tenants, 40 keys, 50 values, 60 state filters, 70 packs, 80 what is
served, 90 reports and answers to them, 100 what is legal and cannot be meant, 110 spellings, 120 what
Prometheus knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENTATION: Final = "docs/findings.md"


class FindingSeverity(StrEnum):
    """How much a finding costs.

    An error refuses what it is about (a key, a tenant, a block or a whole file); a warning is served as
    written but is probably not what was meant; an info only reports.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One row of the table: a stable id, how severe it is, and its title in the documentation."""

    id: str
    severity: FindingSeverity
    title: str

    @property
    def anchor(self) -> str:
        """Where the documentation explains this kind."""
        return f"{DOCUMENTATION}#{self.id.lower()}"


def _table(*kinds: FindingKind) -> Mapping[str, FindingKind]:
    return MappingProxyType({kind.id: kind for kind in kinds})


def _error(finding_id: str, title: str) -> FindingKind:
    return FindingKind(finding_id, FindingSeverity.ERROR, title)


def _warning(finding_id: str, title: str) -> FindingKind:
    return FindingKind(finding_id, FindingSeverity.WARNING, title)


def _info(finding_id: str, title: str) -> FindingKind:
    return FindingKind(finding_id, FindingSeverity.INFO, title)


FINDING_KINDS: Final = _table(
    _error("DA001", "File cannot be read"),
    _error("DA002", "File is not UTF-8"),
    _error("DA003", "File is too large"),
    _error("DA004", "Forbidden character"),
    _warning("DA005", "Directory without files"),
    _warning("DA006", "What is gone from a file is kept for a while"),
    _warning("DA007", "File that holds nothing"),
    _error("DA010", "YAML syntax error"),
    _error("DA011", "Key written twice"),
    _error("DA012", "Tag"),
    _error("DA013", "Several documents in one file"),
    _error("DA014", "Merge key"),
    _error("DA015", "Alias that cannot be followed"),
    _error("DA016", "Aliases expand to too much"),
    _error("DA017", "Nested too deeply"),
    _error("DA018", "Key that is not a word"),
    _error("DA020", "Unknown block"),
    _error("DA021", "Platform block in a tenant file"),
    _error("DA022", "Block of the wrong shape"),
    _error("DA023", "Unknown ownership rule"),
    _error("DA030", "Tenant name is not a DNS label"),
    _warning("DA031", "Tenant without a file of its own"),
    _error("DA032", "Tenant in a file not named after it"),
    _error("DA033", "Tenant belongs to another file"),
    _error("DA034", "Tenant is not a mapping"),
    _error("DA040", "Key that cannot be parsed"),
    _error("DA041", "Unknown key with an underscore"),
    _warning("DA042", "Key that no rule pack declares"),
    _error("DA043", "Dimension that the rule pack does not have"),
    _error("DA044", "Same series written twice"),
    _error("DA045", "Critical key with another severity"),
    _warning("DA046", "Default written again by a later file"),
    _info("DA047", "Override equal to the default"),
    _error("DA048", "Too many pattern keys"),
    _error("DA049", "Pattern that is too large"),
    _error("DA050", "Value that cannot be parsed"),
    _error("DA051", "Value of the wrong shape"),
    _error("DA052", "Unknown field in a value"),
    _error("DA053", "Field missing in a value"),
    _error("DA054", "Window that cannot be parsed"),
    _error("DA055", "Instant that cannot be parsed"),
    _warning("DA056", "Value that has expired"),
    _error("DA060", "Unknown state filter"),
    _error("DA061", "State that is neither on nor off"),
    _error("DA062", "State filter that cannot be used"),
    _warning("DA063", "State filter written again by a later file"),
    _error("DA070", "Packs that are not a list of names"),
    _error("DA071", "Unknown rule pack"),
    _warning("DA079", "Pack that the platform does not run"),
    _error("DA080", "Tenant with too many series"),
    _warning("DA090", "More findings in this file"),
    _warning("DA091", "Answer that cannot be read"),
    _warning("DA092", "Answer that answers nothing"),
    _warning("DA093", "Answer to an error"),
    _warning("DA100", "Ratio where percent is meant"),
    _warning("DA101", "Threshold that never or always fires"),
    _warning("DA102", "State other than 0 or 1"),
    _warning("DA103", "Negative threshold"),
    _warning("DA104", "Tier behind another"),
    _warning("DA105", "Override that never applies"),
    _warning("DA106", "Default that never applies"),
    _warning("DA107", "File that is not read"),
    _warning("DA110", "Backslash that begins no escape"),
    _warning("DA111", "Escape that makes a control character"),
    _warning("DA120", "Pattern that matched nothing for a week"),
    _warning("DA121", "Tenant whose signals have another name"),
    _warning("DA122", "Threshold without a signal"),
)
