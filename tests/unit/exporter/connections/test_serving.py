"""What the server does with clients that hold connections."""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.exporter.connections.table import Reason

if TYPE_CHECKING:
    from tests.unit.exporter.connections.conftest import Serving, StartServing

GET = b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n"
BIG = b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
CHUNKED = b"POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def until_ended(client: socket.socket) -> bytes:
    """Everything that a client gets until its connection is closed."""
    got = b""
    try:
        while data := client.recv(1 << 16):
            got += data
    except ConnectionError:
        pass
    return got


def answer(client: socket.socket, request: bytes = GET) -> bytes:
    """One small answer on a connection that stays open."""
    client.sendall(request)
    got = b""
    while not got.endswith(b"small"):
        data = client.recv(1 << 16)
        assert data, f"closed after {got!r}"
        got += data
    return got


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /small HTTP/1.1\r\nHost: x\r\n"])
def test_a_request_whose_headers_never_end_is_closed(serve: StartServing, sent: bytes) -> None:
    serving = serve(request=0.5)
    assert until_ended(serving.connect(sent)) == b""
    assert serving.table.closed[Reason.REQUEST_TIMEOUT] == 1


@pytest.mark.parametrize(("before", "byte"), [(b"GET /small HTTP/1.1\r\nA: ", b"a"), (b"", b"G")])
def test_a_request_that_comes_byte_by_byte_is_closed_too(
    serve: StartServing, before: bytes, byte: bytes
) -> None:
    serving = serve(request=1)
    client = serving.connect(before)
    deadline = time.monotonic() + 30
    while not serving.table.closed[Reason.REQUEST_TIMEOUT]:
        assert time.monotonic() < deadline
        client.sendall(byte)
        time.sleep(0.1)


@pytest.mark.parametrize(("headers", "byte"), [(POST, b"a"), (CHUNKED, b"1\r\na\r\n")])
def test_a_body_that_never_ends_is_closed(serve: StartServing, headers: bytes, byte: bytes) -> None:
    serving = serve(request=1)
    client = serving.connect(headers)
    deadline = time.monotonic() + 30
    while not serving.table.closed[Reason.REQUEST_TIMEOUT]:
        assert time.monotonic() < deadline
        client.sendall(byte)
        time.sleep(0.1)
    assert until_ended(client).startswith(b"HTTP/1.1 200")


def test_a_connection_that_waits_for_its_next_request_is_closed_some_time(serve: StartServing) -> None:
    serving = serve(request=0.5, idle=2)
    client = serving.connect()
    for _ in range(3):
        assert answer(client).startswith(b"HTTP/1.1 200")
    assert until_ended(client) == b""
    assert serving.table.closed == {**dict.fromkeys(Reason, 0), Reason.IDLE_TIMEOUT: 1}


def test_a_later_request_whose_headers_never_end_is_closed(serve: StartServing) -> None:
    serving = serve(request=0.5)
    client = serving.connect()
    answer(client)
    time.sleep(1)  # longer than a request may take: waiting is no request
    answer(client)
    client.sendall(b"GET ")
    assert until_ended(client) == b""
    assert serving.table.closed[Reason.REQUEST_TIMEOUT] == 1


def test_requests_that_were_sent_ahead_are_answered_and_an_unfinished_one_is_closed(
    serve: StartServing,
) -> None:
    serving = serve(request=1)
    client = serving.connect(GET * 20 + b"GET ")
    assert until_ended(client).count(b"HTTP/1.1 200") == 20
    assert serving.table.closed[Reason.REQUEST_TIMEOUT] == 1


@pytest.mark.parametrize("last", [b"", b"Connection: close\r\n"])
def test_a_client_that_does_not_read_its_answer_is_closed_and_little_is_kept_for_it(
    serve: StartServing, last: bytes
) -> None:
    serving = serve(stalled=1.5)
    client = serving.connect(BIG.replace(b"\r\n\r\n", b"\r\n" + last + b"\r\n"), window=4096)
    serving.until(lambda: any(one.unsent() for one in list(serving.table)))
    assert max(one.unsent() for one in list(serving.table)) < 1_000_000
    serving.until_closed(Reason.WRITE_TIMEOUT)
    assert len(until_ended(client)) < 5_000_000


def test_a_client_that_reads_slowly_gets_all_of_it(serve: StartServing) -> None:
    serving = serve(stalled=10)
    client = serving.connect(BIG, window=1 << 16)
    got = 0
    while got < 20_000_000:
        got += len(client.recv(1 << 20))
        time.sleep(0.001)
    assert serving.table.closed.total() == 0


def test_beyond_the_bound_old_ones_are_closed_and_new_ones_answered(serve: StartServing) -> None:
    serving = serve(connections=10)
    held = [serving.connect(b"GET ") for _ in range(10)]
    assert answer(serving.connect()).startswith(b"HTTP/1.1 200")
    assert until_ended(held[0]) == b""
    for _ in range(50):
        assert answer(serving.connect()).startswith(b"HTTP/1.1 200")
    assert len(serving.table) <= 10
    assert serving.table.closed[Reason.LIMIT] == 51


def test_an_answer_goes_on_while_others_are_closed_for_want_of_room(serve: StartServing) -> None:
    serving = serve(connections=10)
    client = serving.connect(BIG, window=1 << 16)
    serving.until(lambda: any(one.unsent() for one in list(serving.table)))
    for _ in range(30):
        serving.connect(b"GET ")
    serving.until_closed(Reason.LIMIT, 21)
    got = 0
    while got < 20_000_000 and (data := client.recv(1 << 20)):
        got += len(data)
    assert got >= 20_000_000


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET /small HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100_000,
        b"GET /small HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        CHUNKED + b"zz\r\n",
        BIG.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
        + b"zz\r\n",
    ],
)
def test_what_is_not_http_ends_its_connection_without_a_log_line(
    serve: StartServing, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    serving = serve()
    caplog.set_level(logging.WARNING)
    for _ in range(5):
        client = serving.connect()
        with suppress(ConnectionError):
            client.sendall(sent)
        until_ended(client)
    serving.until(lambda: len(serving.table) == 0)
    assert serving.table.closed[Reason.BAD_REQUEST] == 5
    assert len([one for one in caplog.records if one.message != "connections closed or not accepted"]) == 0


def test_an_unknown_upgrade_is_answered_as_if_it_were_not_asked_for(
    serve: StartServing, caplog: pytest.LogCaptureFixture
) -> None:
    request = GET.replace(b"\r\n\r\n", b"\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert answer(serve().connect(), request).startswith(b"HTTP/1.1 200")
    assert caplog.records == []


def test_an_error_of_ours_still_has_its_traceback_in_the_log(
    serve: StartServing, caplog: pytest.LogCaptureFixture
) -> None:
    until_ended(serve().connect(b"GET /broken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    (record,) = caplog.records
    assert record.exc_info is not None


def test_clients_that_hang_up_amid_their_answer_leave_nothing_in_the_log(
    serve: StartServing, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # as run_server does
    serving = serve()
    for _ in range(20):
        client = serving.connect(BIG, window=4096)
        client.recv(1000)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        client.close()
    assert answer(serving.connect()).startswith(b"HTTP/1.1 200")
    serving.until(lambda: len(serving.table) == 1)
    assert caplog.records == []


def test_the_end_does_not_wait_for_who_does_not_read_and_says_nothing_about_them(
    serve: StartServing, caplog: pytest.LogCaptureFixture
) -> None:
    serving = serve()
    for _ in range(20):
        serving.connect(BIG, window=4096)
    serving.until(lambda: sum(one.unsent() > 0 for one in list(serving.table)) == 20)
    serving.end()
    assert caplog.records == []


class Exhausted(socket.socket):
    """A listening socket for which there is no descriptor left, the first times."""

    failures = 5

    def accept(self) -> tuple[socket.socket, object]:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


def exhausted() -> Exhausted:
    return Exhausted(fileno=socket.create_server(("127.0.0.1", 0)).detach())


def test_without_descriptors_it_closes_one_tries_again_and_says_so_once(
    serve: StartServing, caplog: pytest.LogCaptureFixture
) -> None:
    serving: Serving = serve(exhausted())
    assert answer(serving.connect()).startswith(b"HTTP/1.1 200")
    serving.until(lambda: len(caplog.records) > 0)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert vars(record)["fields"]["not_accepted"] == 5
    assert vars(record)["fields"]["error"] == "Too many open files"


@pytest.mark.parametrize(
    ("request_", "has_body"),
    [
        (b"nonsense\r\n\r\n", True),
        (CHUNKED + b"ZZ\r\n", True),
        (CHUNKED.replace(b"POST", b"CONNECT") + b"ZZ\r\n", True),
        (CHUNKED.replace(b"POST", b"HEAD") + b"ZZ\r\n", False),
        (GET.replace(b"\r\n\r\n", b"\r\nA: ") + b"a" * 300_000, True),
    ],
)
def test_what_is_not_http_gets_one_answer_in_the_one_error_shape_and_no_log_line(
    serve: StartServing, caplog: pytest.LogCaptureFixture, request_: bytes, *, has_body: bool
) -> None:
    serving = serve()
    head, _, body = until_ended(serving.connect(request_)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\ncontent-type: application/json\r\n" in head
    assert b"\r\nconnection: close" in head
    if has_body:
        error = json.loads(body)
        assert (error["status"], error["errorType"]) == ("error", "bad_data")
        assert f"\r\ncontent-length: {len(body)}\r\n".encode() in head
    else:
        assert body == b""
    assert serving.table.closed[Reason.BAD_REQUEST] == 1
    assert [record.getMessage() for record in caplog.records if record.name != "asyncio"] == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
