"""Which connections are open, what each one waits for, and which of them is closed for want of room."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from enum import Enum, StrEnum
from itertools import chain

from dynamic_alerting.exporter.connections.limits import Limits

#: Seconds in which a new connection has the chance to say what it wants, while there are others to close.
_CHANCE = 1


class Stage(Enum):
    """What a connection waits for."""

    REQUEST = 1  # for the rest of a request, from the connection's first moment on
    NEXT = 2  # for another request, after an answer
    ANSWER = 3  # for its answer, or for the client to take it


class Reason(StrEnum):
    """Why the exporter closed a connection."""

    LIMIT = "limit"
    REQUEST_TIMEOUT = "request_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    WRITE_TIMEOUT = "write_timeout"
    BAD_REQUEST = "bad_request"


def _nothing() -> None:
    """For a connection that has no transport yet."""


class Connection:
    """What is known of one open connection.

    Attributes:
        stage: What it waits for.
        since: Since when, by the table's clock.
        moved: When the client last took something of its answer.
        left: Bytes of the answer that had not been taken then.
        closed: Whether it was closed here and only has to end.
        abort: Ends it at once.
        unsent: Gives the bytes that the client has not taken.
        settle: Looks what it waits for now.
    """

    __slots__ = ("abort", "closed", "left", "moved", "settle", "since", "stage", "unsent")

    def __init__(self, now: float) -> None:
        self.stage = Stage.REQUEST
        self.since = self.moved = now
        self.left = 0
        self.closed = False
        self.abort: Callable[[], object] = _nothing
        self.unsent: Callable[[], int] = int
        self.settle: Callable[[], None] = _nothing


class Connections:
    """All open connections, within their limits.

    Not for several threads: the event loop's thread opens, closes and counts.

    Args:
        limits: How many, and how long.
        clock: Gives the seconds by which time is measured.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self.clock = clock
        self.closed = Counter(dict.fromkeys(Reason, 0))
        self._waiting: dict[Stage, OrderedDict[Connection, None]] = {stage: OrderedDict() for stage in Stage}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __iter__(self) -> Iterator[Connection]:
        return chain.from_iterable(self._waiting.values())

    def open(self) -> Connection:
        """Takes in a new connection, and closes another one if there are too many."""
        while len(self) >= self.limits.connections:
            self.close_one()
        connection = Connection(self.clock())
        self._waiting[Stage.REQUEST][connection] = None
        return connection

    def enter(self, connection: Connection, stage: Stage) -> None:
        """Notes that a connection waits for something else since now."""
        if connection.closed:
            return
        self._waiting[connection.stage].pop(connection, None)
        connection.stage = stage
        connection.since = connection.moved = self.clock()
        self._waiting[stage][connection] = None

    def forget(self, connection: Connection) -> None:
        """Notes that a connection has ended."""
        connection.closed = True
        self._waiting[connection.stage].pop(connection, None)

    def close(self, connection: Connection, reason: Reason) -> None:
        """Ends a connection and counts why."""
        if connection.closed:
            return
        self.forget(connection)
        self.closed[reason] += 1
        connection.abort()

    def abort_all(self) -> None:
        """Ends all connections, uncounted: the exporter itself ends."""
        for connection in list(self):
            connection.abort()

    def close_one(self) -> bool:
        """Ends the connection that is missed least: the oldest idle one, if there is one.

        Returns:
            Whether there was any.
        """
        if connection := self._least_missed():
            self.close(connection, Reason.LIMIT)
        return connection is not None

    def close_overdue(self) -> None:
        """Ends all connections that have had their time."""
        for connection in list(self):
            if connection.stage is Stage.ANSWER:
                connection.settle()
            if reason := self._overdue(connection):
                self.close(connection, reason)

    def _least_missed(self) -> Connection | None:
        """First who holds back a request, then who waits for a next one, then who is answered for longest.

        New connections come after waiting ones, and after those that take nothing of their answers, until
        they had the chance to ask, else nobody could come in beside many of these; unless they are so many
        that they crowd out the others.
        """
        requesting = self._waiting[Stage.REQUEST]
        asking, idle, answered = (next(iter(waiting), None) for waiting in self._waiting.values())
        if asking is not None and (
            len(requesting) > self.limits.connections // 2 or self.clock() - asking.since > _CHANCE
        ):
            return asking
        return idle or self._stalled() or asking or answered

    def _stalled(self) -> Connection | None:
        """The first whose client takes nothing of its answer; close_overdue notes what is left of each."""
        before = self.clock() - _CHANCE
        for connection in self._waiting[Stage.ANSWER]:
            if connection.left and connection.moved < before and connection.left == connection.unsent():
                return connection
        return None

    def _overdue(self, connection: Connection) -> Reason | None:
        now = self.clock()
        waited = now - connection.since
        match connection.stage:
            case Stage.REQUEST:
                return Reason.REQUEST_TIMEOUT if waited > self.limits.request else None
            case Stage.NEXT:
                return Reason.IDLE_TIMEOUT if waited > self.limits.idle else None
        left = connection.unsent()
        if left == 0 or left != connection.left:
            connection.left, connection.moved = left, now
        stalled = now - connection.moved > self.limits.stalled
        return Reason.WRITE_TIMEOUT if left and (stalled or waited > self.limits.answer) else None
