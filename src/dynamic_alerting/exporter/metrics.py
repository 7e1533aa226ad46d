"""The one table of metrics that the exporter serves: name, type, meaning, labels.

The help texts, the rendering and the test that compares docs/exporter.md with the code all read it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric family as it is served.

    Attributes:
        name: The sample name, with a counter's ``_total``.
        kind: ``gauge`` or ``counter``.
        help: One line, without backslashes and quotes.
        labels: The labels that it always carries.
    """

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


USER_THRESHOLD = Metric(
    "user_threshold",
    "gauge",
    "The threshold in force for a tenant; further labels are dimensions, or patterns (<dimension>_re).",
    ("tenant", "component", "metric", "severity"),
)
USER_STATE_FILTER = Metric(
    "user_state_filter",
    "gauge",
    "1 while a state filter is on for a tenant, absent while it is off; one series for each reason.",
    ("tenant", "filter", "severity"),
)
FILE_ACCEPTED = Metric(
    "threshold_exporter_config_file_accepted",
    "gauge",
    "1 if the file as it is now is served, 0 if its last good state (or nothing of it) is.",
    ("file",),
)
REJECTED_KEYS = Metric(
    "threshold_exporter_config_rejected_keys",
    "gauge",
    "Keys of the file that have an error and keep their last good value.",
    ("file",),
)
BUILD_INFO = Metric(
    "threshold_exporter_build_info", "gauge", "1, labelled with what is running.", ("version", "python")
)
PACKS_INFO = Metric(
    "threshold_exporter_packs_info",
    "gauge",
    "1, labelled with the SHA-256 over what all packs in force declare; equal on replicas with equal packs.",
    ("sha256",),
)
PACK_INFO = Metric(
    "threshold_exporter_pack_info",
    "gauge",
    "1 for each pack in force, labelled with the SHA-256 over what it declares.",
    ("pack", "sha256"),
)
CONFIG_LOADED = Metric(
    "threshold_exporter_config_loaded", "gauge", "1 if thresholds are served, 0 before the first good load."
)
CONFIG_HASH = Metric(
    "threshold_exporter_config_hash",
    "gauge",
    "The first 48 bits of the SHA-256 over all configuration files; equal on replicas with equal files.",
)
LAST_RELOAD_SUCCESSFUL = Metric(
    "threshold_exporter_config_last_reload_successful",
    "gauge",
    "0 while a file is rejected or the configuration cannot be read, else 1.",
)
LAST_SUCCESS_TIME = Metric(
    "threshold_exporter_config_last_reload_success_timestamp_seconds",
    "gauge",
    "When the configuration was last loaded without a rejected file.",
)
RELOADS = Metric(
    "threshold_exporter_config_reloads_total", "counter", "Loads of the configuration.", ("result",)
)
RELOAD_DURATION = Metric(
    "threshold_exporter_config_reload_duration_seconds",
    "gauge",
    "How long the last load took: reading, resolving and rendering.",
)
TENANTS = Metric("threshold_exporter_tenants", "gauge", "Tenants in the configuration.")
SERIES = Metric("threshold_exporter_series", "gauge", "user_threshold and user_state_filter series served.")
TENANT_SERIES_DROPPED = Metric(
    "threshold_exporter_tenant_series_dropped",
    "gauge",
    "Threshold series of the tenant beyond --limit.series-per-tenant, which are not served; absent for none.",
    ("tenant",),
)
NEXT_CHANGE = Metric(
    "threshold_exporter_next_schedule_change_timestamp_seconds",
    "gauge",
    "When a schedule or an expiry next changes a value; absent when nothing is scheduled.",
)
EXPANSION_SUCCESS_TIME = Metric(
    "threshold_exporter_expansion_last_success_timestamp_seconds",
    "gauge",
    "When Prometheus last said which label values there are for all keys that need it; 0 before that.",
)
EXPANSION_FAILURES = Metric(
    "threshold_exporter_expansion_failures_total",
    "counter",
    "Rounds in which Prometheus did not say which label values there are.",
)
EXPANDED_SERIES = Metric(
    "threshold_exporter_expanded_series",
    "gauge",
    "user_threshold series that are served because a label value exists now.",
)
EXPANSION_DROPPED = Metric(
    "threshold_exporter_expansion_dropped_label_sets",
    "gauge",
    "Label sets beyond the bound of one tenant and key, which keep the base threshold.",
)
HTTP_CONNECTIONS = Metric("threshold_exporter_http_connections", "gauge", "HTTP connections that are open.")
HTTP_MAX_CONNECTIONS = Metric(
    "threshold_exporter_http_max_connections",
    "gauge",
    "How many may be open at once; for one more, the oldest idle one is closed.",
)
HTTP_CONNECTIONS_CLOSED = Metric(
    "threshold_exporter_http_connections_closed_total",
    "counter",
    "HTTP connections that the exporter closed, by why.",
    ("reason",),
)
START_TIME = Metric("threshold_exporter_start_time_seconds", "gauge", "When this process started.")

#: Everything above, in the order in which it is served.
METRICS: tuple[Metric, ...] = (
    USER_THRESHOLD,
    USER_STATE_FILTER,
    FILE_ACCEPTED,
    REJECTED_KEYS,
    BUILD_INFO,
    PACKS_INFO,
    PACK_INFO,
    CONFIG_LOADED,
    CONFIG_HASH,
    LAST_RELOAD_SUCCESSFUL,
    LAST_SUCCESS_TIME,
    RELOADS,
    RELOAD_DURATION,
    TENANTS,
    SERIES,
    TENANT_SERIES_DROPPED,
    NEXT_CHANGE,
    EXPANSION_SUCCESS_TIME,
    EXPANSION_FAILURES,
    EXPANDED_SERIES,
    EXPANSION_DROPPED,
    START_TIME,
    HTTP_CONNECTIONS,
    HTTP_MAX_CONNECTIONS,
    HTTP_CONNECTIONS_CLOSED,
)
