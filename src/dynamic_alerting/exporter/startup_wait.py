"""What stands in the way of the first thresholds: no configuration, or patterns that are not expanded yet."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from dynamic_alerting.config.loader import Loaded
from dynamic_alerting.exporter.discovery.learned import Learned
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration
from dynamic_alerting.model.discovery import open_keys


def why_no_configuration(loaded: Loaded) -> str:
    """Why what was loaded is no configuration, without a full stop."""
    if not loaded.files:
        return loaded.findings[0].message.rstrip(".")
    count = "its only file" if len(loaded.files) == 1 else f"none of its {len(loaded.files)} files"
    errors = [finding for finding in loaded.findings if finding.severity == "error"]
    if errors:
        can = "cannot be used" if len(loaded.files) == 1 else "can be used"
        return f"{count} {can}; the first error is {errors[0].place}: {errors[0].id}: {errors[0].message}"
    return f"{count} says {'nothing' if len(loaded.files) == 1 else 'anything'}: there is no block in it"


class StartupWait:
    """Holds back the first thresholds until the patterns of the configuration were expanded once.

    Without that, an exporter that starts while Prometheus cannot be asked would take away what patterns
    disabled or raised: its thresholds replace the last ones.

    Args:
        seconds: The longest wait, counted from the first configuration; 0 for none.
        catalogue: The signals of keys.
        clock: The clock of the process.
        steady: A clock that nobody sets, in seconds.
    """

    def __init__(
        self,
        seconds: float,
        catalogue: Catalogue,
        clock: Callable[[], datetime],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._catalogue = catalogue
        self._clock = clock
        self._steady = steady
        self._due: float | None = None
        self._until: datetime | None = None
        self._configuration: Configuration | None = None
        self.names: Sequence[str] = ()

    def reason(self, configuration: Configuration, learned: Learned) -> str | None:
        """Why thresholds must wait, without a full stop; None if they need not, or waited enough."""
        if not self._seconds or learned.is_complete_for(configuration):
            return None
        if configuration is not self._configuration:
            self._configuration = configuration
            self.names = tuple(open_keys(configuration, self._catalogue))
        if not self.names:
            return None
        if self._due is None:
            self._due = self._steady() + self._seconds
            self._until = self._clock() + timedelta(seconds=self._seconds)
        if self._steady() >= self._due:
            return None
        problem = learned.health.problem
        return (
            f"Prometheus has not said yet which label values the patterns of {', '.join(self.names)} match"
            + (f" ({problem})" if problem else "")
            + f"; thresholds are served without them from {self._until:%Y-%m-%d %H:%M:%S} UTC on"
        )

    def has_passed(self, configuration: Configuration, learned: Learned) -> bool:
        """Whether thresholds are served although patterns were not expanded."""
        return self._due is not None and not learned.is_complete_for(configuration)
