"""What ``da-tools stack`` prints: tables, suggestions, JSON. Everything here returns it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from dynamic_alerting.stack.table import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_alerting.prometheus.client import Alert
    from dynamic_alerting.stack.settings import Settings
    from dynamic_alerting.stack.status import PlatformStatus
    from dynamic_alerting.stack.steps import Outcome

DEFAULT_STATE_DIR = ".state/stack"


def program_table(status: PlatformStatus) -> str:
    """Each program's state, then what is wrong with those that are not healthy."""
    rows = [
        (program.name, program.state, str(program.pid or "-"), shorter(program.address))
        for program in status.programs
    ]
    problems = [
        f"{program.name}: {program.problem}; its log: {relative(program.log)}"
        for program in status.programs
        if program.problem is not None
    ]
    return "\n".join([render(("program", "state", "pid", "address"), rows), *problems])


def alert_list(alerts: Sequence[Alert] | None) -> str:
    """What is pending or firing."""
    if alerts is None:
        return "what fires is not known: Prometheus does not answer"
    return "\n".join(map(_alert, alerts)) or "no alert is pending or firing"


def suggestions(status: PlatformStatus, settings: Settings) -> str:
    """Three things to try with the running platform, as commands that can be pasted."""
    program = quote(called_as())
    state_dir, served = relative(settings.state_dir), relative(settings.config_dir)
    here = "" if state_dir == DEFAULT_STATE_DIR else f" --state-dir {quote(state_dir)}"
    pids = [str(p.pid) for p in status.programs if p.name.startswith("threshold-exporter")]
    return f"""\
Three things to try:
1. Make one tenant's alert fire. In a second terminal:
     {program} stack load db-a --connections 60{here}
   then lower its threshold, and look again after half a minute:
     sed -i 's/^  db-a:/&\\n    mysql_connections: "50"/' {quote(f"{served}/db-a.yaml")}
     {program} stack status{here}
2. See what db-a, and only db-a, was notified of:
     curl -s 'http://127.0.0.1:{settings.receiver_port}/notifications?tenant=db-a'
3. While it fires, kill both threshold-exporters: it keeps firing. Then start them again:
     kill -9 {" ".join(pids)}
     {program} stack up{here}

Tenants' files are served from {served}, a copy that is made anew at each start.
End everything:  {program} stack down{here}"""


def addresses(settings: Settings) -> str:
    """Where the pages of the platform are."""
    return (
        f"Prometheus    http://127.0.0.1:{settings.prometheus_port}/alerts\n"
        f"Alertmanager  http://127.0.0.1:{settings.alertmanager_port}\n"
        f"notifications http://127.0.0.1:{settings.receiver_port}/notifications"
    )


def outcome_table(outcomes: Sequence[Outcome]) -> str:
    """The demo's last word: each step, what should have been seen and whether it was."""
    rows = [
        (
            outcome.what,
            outcome.expected,
            "as expected" if outcome.as_expected else f"NO: {outcome.seen}",
            f"{outcome.seconds:.1f} s",
        )
        for outcome in outcomes
    ]
    return render(("what", "expected", "seen", "how long"), rows)


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """One step of the demo."""
    return {
        "what": outcome.what,
        "expected": outcome.expected,
        "seen": outcome.seen,
        "as_expected": outcome.as_expected,
        "seconds": round(outcome.seconds, 1),
    }


def status_json(status: PlatformStatus) -> dict[str, object]:
    """Everything that is known of a platform."""
    programs = [
        {
            "name": program.name,
            "state": program.state,
            "pid": program.pid,
            "port": program.port,
            "address": program.address,
            "log": str(program.log),
            "problem": program.problem,
        }
        for program in status.programs
    ]
    alerts = None if status.alerts is None else [_alert_json(alert) for alert in status.alerts]
    return {"running": status.running, "healthy": status.healthy, "programs": programs, "alerts": alerts}


def called_as() -> str:
    """How this program can be called from here."""
    program = Path(sys.argv[0])
    found = shutil.which(program.name)
    on_path = found is not None and program.exists() and Path(found).samefile(program)
    return program.name if on_path else relative(program.absolute())


def shorter(text: str) -> str:
    """A text with the paths under the current directory written from there."""
    return text.replace(f"{Path.cwd()}{os.sep}", "")


def relative(path: Path) -> str:
    """A path from the current directory, where that is shorter."""
    return min(os.path.relpath(path), str(path), key=len)


def _alert(alert: Alert) -> str:
    tenant, severity = alert.labels.get("tenant", "-"), alert.labels.get("severity", "-")
    since = f"{alert.active_at:%H:%M:%S} UTC"
    return (
        f"{alert.state}: {alert.name} tenant={tenant} severity={severity} value={alert.value:g} since {since}"
    )


def _alert_json(alert: Alert) -> dict[str, object]:
    return {
        "alert": alert.name,
        "state": alert.state,
        "labels": dict(alert.labels),
        "active_at": alert.active_at.isoformat(),
        "value": alert.value,
    }
