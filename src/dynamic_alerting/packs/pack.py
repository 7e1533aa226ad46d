"""The shape of ``pack.yaml``. rule-packs/README.md explains every field to those who write packs."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
PackName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
AlertName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]*$")]
Record = Annotated[str, StringConstraints(pattern=r"^tenant:[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$")]
Duration = Annotated[str, StringConstraints(pattern=r"^(\d+[dhms])+$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Expression = Annotated[
    Text, AfterValidator(lambda text: "\n".join(line.expandtabs(2).rstrip() for line in text.splitlines()))
]  # YAML writes no literal block with a tab or with a blank before a line's end
Number = int | float
Series = dict[str, Number | str]
Area = Literal["availability", "saturation", "errors", "capacity"]
SeverityName = Literal["info", "warning", "critical"]
Labels = dict[str, str]
THREE = 3


class Part(BaseModel):
    """Whatever is not known is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=False)


class Exporter(Part):
    """Where the source metrics come from."""

    name: Text
    url: Text
    versions: Text
    notes: Text | None = None


class Signal(Part):
    """One recorded series per tenant (and dimension): what a threshold is compared with."""

    record: Record
    expr: Expression
    aggregate: Literal["max", "min", "sum", "avg", "count"]
    dimensions: list[Name] = Field(default_factory=list)  # of a threshold: at most two, see checks.py
    when_gone: Literal[0] | None = None
    sporadic: bool = False
    unit: Text | None = None
    meaning: Text | None = None


class Example(Part):
    """Source series that make an alert fire, and such as just do not: the generated tests' input."""

    fires: Series
    quiet: Series
    prints: Text | None = None
    labels: Labels = Field(default_factory=dict)
    threshold: Text | Number | None = None
    at: Duration = "6m"
    note: Text | None = None


class Alert(Part):
    """What people read when it fires."""

    name: AlertName
    for_: Duration = Field(alias="for")
    summary: Text
    description: Text
    means: Text
    look_at: list[Text] = Field(min_length=THREE)
    tune: Text | None = None


class Threshold(Part):
    """One key that tenants write, its signal and its alert."""

    key: Name
    component: Name | None = None
    area: Area
    unit: Text
    range: list[Number | None] | None = Field(default=None, min_length=2, max_length=2)
    direction: Literal["above", "below"] = "above"
    default: Number | Text | None
    default_critical: Number | Text | None = None
    dimensional_defaults: dict[str, Number | Text] = Field(default_factory=dict)
    meaning: Text
    format: Text | None = None
    signal: Signal | str
    alert: Alert
    example: Example
    more_examples: list[Example] = Field(default_factory=list)


class StateFilter(Part):
    """A switch that tenants turn with ``_state_<name>``; its reasons are joined on label ``reason``."""

    name: Name
    reasons: list[Text] = Field(min_length=1)
    severity: SeverityName
    default: Literal["enable", "disable"] = "enable"
    meaning: Text


class FurtherAlert(Alert):
    """An alert without a key of its own: of several keys, of a state filter, or of the platform itself."""

    area: Area
    all_of: list[Name] | None = None
    state_filter: Name | None = None
    signal: Signal | str | None = None
    expr: Expression | None = None
    severity: SeverityName | None = None
    unit: Text | None = None
    format: Text | None = None
    example: Example
    more_examples: list[Example] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        given = [kind for kind in ("all_of", "state_filter", "expr") if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError("say exactly one of `all_of`, `state_filter` and `expr`")
        if self.all_of is not None and len(self.all_of) < 2:  # noqa: PLR2004 - "all of" means several
            raise ValueError("`all_of` names at least two keys of this pack")
        if (self.state_filter is None) != (self.signal is None):
            raise ValueError("`state_filter` and `signal` go together")
        if (self.expr is None) != (self.severity is None):
            raise ValueError("`expr` and `severity` go together: every other severity is the tenants' data")
        return self


class Pack(Part):
    """A whole ``pack.yaml``."""

    pack: PackName
    title: Text
    word: AlertName
    component: Name
    owner: Text
    about: Text
    exporters: list[Exporter] = Field(min_length=1)
    metrics: dict[str, Text]
    signals: list[Signal] = Field(default_factory=list)
    state_filters: list[StateFilter] = Field(default_factory=list)
    thresholds: list[Threshold] = Field(default_factory=list)
    alerts: list[FurtherAlert] = Field(default_factory=list)

    def component_of(self, threshold: Threshold) -> str:
        """Return the ``component`` label of a threshold's series."""
        return threshold.component or self.component

    def metric_of(self, threshold: Threshold) -> str:
        """Return the ``metric`` label of a threshold's series: the key without its component."""
        return threshold.key.removeprefix(f"{self.component_of(threshold)}_")

    def signal_of(self, owner: Threshold | FurtherAlert) -> Signal:
        """Return the signal that a threshold or a state alert is about, written in place or by name."""
        if isinstance(owner.signal, Signal):
            return owner.signal
        return next(signal for signal in self.signals if signal.record == owner.signal)

    def recorded(self) -> list[Signal]:
        """Return every signal of the pack, in the order in which it is recorded."""
        inline = [each.signal for each in self.thresholds] + [each.signal for each in self.alerts]
        return [*self.signals, *(signal for signal in inline if isinstance(signal, Signal))]

    def threshold(self, key: str) -> Threshold:
        """Return the threshold of a key that this pack declares."""
        return next(threshold for threshold in self.thresholds if threshold.key == key)
