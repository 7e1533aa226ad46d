"""The programs of a Prometheus 3, which `scripts/prometheus3.sh` installs beside Debian's 2.42."""

import os
import shutil

import pytest


def program_of_prometheus_3(name: str, variable: str) -> str:
    """Find a program on the PATH, or where a variable says; skip the test if nobody installed it."""
    named = os.environ.get(variable)
    found = shutil.which(named or name)
    if found is None:
        assert named is None, f"{variable}={named} is no program"
        pytest.skip(f"no {name}: run scripts/prometheus3.sh, or set {variable}")
    return found
