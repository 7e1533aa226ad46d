"""What the exporter serves at a moment: one immutable value that a reload replaces in one assignment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.exporter import metrics
from dynamic_alerting.exporter.chunks import Chunk
from dynamic_alerting.exporter.exposition import family_header
from dynamic_alerting.exporter.gzip_stream import GZIP_HEADER, Deflated, checksum, deflate, trailer
from dynamic_alerting.exporter.own_metrics import ReloadHealth, render_health
from dynamic_alerting.exporter.snapshot import RenderedFamilies, Snapshot
from dynamic_alerting.packs.versions import NO_PACKS, PacksVersion

#: Parts shorter than this are joined: each one sent costs the server about 60 µs.
_LEAST_PART = 1 << 18


@dataclass(frozen=True, slots=True)
class Exposition:
    """An exposition as it lies ready, plain and compressed, still without its end.

    Attributes:
        plain: All parts in order; the last one is short.
        deflated: The same, compressed, after a gzip header; cut into parts elsewhere, the last one short too.
        crc: CRC-32 of all parts.
        size: Bytes of all parts.
    """

    plain: tuple[bytes, ...]
    deflated: tuple[bytes, ...]
    crc: int
    size: int

    def plain_parts(self, tail: bytes) -> list[bytes]:
        """The whole body with this tail."""
        *parts, last = self.plain
        return [*parts, last + tail]

    def gzip_parts(self, tail: bytes) -> list[bytes]:
        """The whole body with this tail, as one gzip member."""
        end = deflate(tail)
        crc, size = checksum([Deflated(b"", self.crc, self.size, 0), end])
        *parts, last = self.deflated
        return [*parts, last + end.data + trailer(crc, size)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why nothing is served yet.

    Attributes:
        reason: a sentence without its full stop.
        findings: What is wrong with the files that were read.
        sha256: Over all files that were read; empty where none could be.
    """

    reason: str
    findings: tuple[Finding, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """Everything that a request is answered from; never a mixture of two generations.

    Attributes:
        snapshot: None until the first load.
        health: How loading has gone.
        packs: The version of the packs in force.
        text: The exposition in text format 0.0.4.
        openmetrics: The exposition in OpenMetrics 1.0.
        waiting: Why nothing is served yet; None once something is, and until the first look has ended.
    """

    snapshot: Snapshot | None
    health: ReloadHealth
    packs: PacksVersion
    text: Exposition
    openmetrics: Exposition
    waiting: Waiting | None = None


def serve(
    snapshot: Snapshot | None,
    health: ReloadHealth,
    started: float,
    packs: PacksVersion = NO_PACKS,
    waiting: Waiting | None = None,
) -> Served:
    """Lays out what is served: the snapshot's lines, then the exporter's own health.

    Args:
        snapshot: None until the first load.
        health: How loading has gone.
        started: When the process started, in seconds since the epoch.
        packs: The version of the packs in force.
        waiting: Why there is no snapshot yet.
    """
    plain, deflated = _families(snapshot.families) if snapshot is not None else ([], [])
    crc, size = checksum(deflated)
    lines = _joined(plain)
    compressed = _joined((GZIP_HEADER, *(piece.data for piece in deflated)))

    def exposition(own: bytes) -> Exposition:
        last = deflate(own)
        total_crc, total = checksum([Deflated(b"", crc, size, 0), last])
        return Exposition((*lines, own), (*compressed, last.data), total_crc, total)

    text, openmetrics = render_health(snapshot, health, started, packs)
    return Served(snapshot, health, packs, exposition(text), exposition(openmetrics), waiting)


def _joined(parts: Iterable[bytes]) -> tuple[bytes, ...]:
    """The same bytes in fewer parts; long parts stay the objects that they are, and cost no memory again."""
    joined: list[bytes] = []
    short: list[bytes] = []
    size = 0
    for part in parts:
        if len(part) >= _LEAST_PART:
            joined += [b"".join(short), part]
            short, size = [], 0
            continue
        short.append(part)
        size += len(part)
        if size >= _LEAST_PART:
            joined.append(b"".join(short))
            short, size = [], 0
    joined.append(b"".join(short))
    return tuple(part for part in joined if part)


def _families(families: RenderedFamilies) -> tuple[list[bytes], list[Deflated]]:
    laid_out = (
        (metrics.USER_THRESHOLD, tuple(chain.from_iterable(families.thresholds.values()))),
        (metrics.USER_STATE_FILTER, tuple(chain.from_iterable(families.states.values()))),
        (metrics.FILE_ACCEPTED, families.files_accepted),
        (metrics.REJECTED_KEYS, families.rejected_keys),
    )
    parts = list(chain.from_iterable(_family(metric, chunks) for metric, chunks in laid_out))
    return [plain for plain, _ in parts], [piece for _, piece in parts]


def _family(metric: metrics.Metric, chunks: Sequence[Chunk]) -> list[tuple[bytes, Deflated]]:
    header = family_header(metric.name, metric.kind, metric.help)
    filled = [(chunk.plain, chunk.deflated) for chunk in chunks if chunk.plain]
    return [(header, deflate(header)), *filled]
