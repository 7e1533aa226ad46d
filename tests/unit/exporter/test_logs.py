import json
import logging
from collections.abc import Iterator

import pytest

from dynamic_alerting.exporter.logs import LOGGER, configure_logs, log_event, log_failure


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level, own = root.handlers[:], root.level, LOGGER.level
    yield
    root.handlers[:], root.level = before, level
    LOGGER.setLevel(own)


def test_logfmt_quotes_only_what_needs_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("logfmt", "info")
    log_event(logging.INFO, "two words", bare="db-a", spaced="a b", quoted='say "x"\n', none=None, yes=True)
    line = capsys.readouterr().err
    assert line.startswith("ts=")
    assert line.endswith(
        'level=info msg="two words" bare=db-a spaced="a b" quoted="say \\"x\\"\\n" yes=true\n'
    )
    assert line.count("\n") == 1


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")
    log_event(logging.WARNING, "zwölf", count=12, text="a\nb")
    record = json.loads(capsys.readouterr().err)
    assert record.pop("ts").endswith("Z")
    assert record == {"level": "warning", "msg": "zwölf", "count": 12, "text": "a\nb"}


def test_an_unexpected_error_keeps_its_traceback_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("logfmt", "info")
    try:
        raise KeyError("gone")  # noqa: TRY301 - the traceback is what is tested
    except KeyError as error:
        log_failure("it broke", error)
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "KeyError: 'gone'" in line
    assert "traceback=" in line


def test_levels_below_the_chosen_one_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("logfmt", "warning")
    log_event(logging.INFO, "quiet")
    assert capsys.readouterr().err == ""
