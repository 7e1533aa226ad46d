import socket

import pytest

from dynamic_alerting.exporter.listening import AddressError, ListenAddress, address_of, bind, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", ListenAddress("127.0.0.1", 8080)),
        (":9", ListenAddress("", 9)),
        ("[::1]:0", ListenAddress("::1", 0)),
        ("localhost:65535", ListenAddress("localhost", 65535)),
    ],
)
def test_addresses_that_are_understood(text: str, address: ListenAddress) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text", ["", "8080", "localhost", "a:b", "a:65536", "::1:80", "a:-1", "a: 80", "a:²"]
)
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(AddressError, match=r"such as"):
        parse_address(text)


def test_a_taken_port_is_named() -> None:
    with bind(ListenAddress("127.0.0.1", 0)) as taken:
        address = address_of(taken)
        with pytest.raises(AddressError, match=rf"127\.0\.0\.1:{address.port}.*another program"):
            bind(address)


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(AddressError, match=r"Cannot listen on 192\.0\.2\.1:0"):
        bind(ListenAddress("192.0.2.1", 0))


def test_an_empty_host_is_every_interface() -> None:
    with bind(ListenAddress("", 0)) as listener:
        port = address_of(listener).port
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
