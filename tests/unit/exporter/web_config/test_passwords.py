"""What is asked of bcrypt, what is remembered, and that time tells nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import bcrypt
import pytest

from dynamic_alerting.exporter.web_config.passwords import Passwords, is_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.exporter.web_config.conftest import Hash

#: Of the toolkit's own example: alice's password, whose text is not known.
EXAMPLE = b"$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, bytes]]:
    """What bcrypt is asked, in order."""
    calls: list[tuple[bytes, bytes]] = []
    real: Callable[[bytes, bytes], bool] = bcrypt.checkpw

    def checkpw(password: bytes, hashed: bytes) -> bool:
        calls.append((password, hashed))
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    return calls


def accepted(users: dict[bytes, bytes], *attempts: tuple[bytes, bytes]) -> list[bool]:
    """The answers to some attempts, one after the other."""
    passwords = Passwords()

    async def one_by_one() -> list[bool]:
        return [await passwords.accept(users, *attempt) for attempt in attempts]

    return asyncio.run(one_by_one())


@pytest.mark.parametrize("prefix", ["2a", "2b", "2y"])
def test_every_spelling_of_a_hash_is_understood(hash_of: Hash, prefix: str) -> None:
    hashed = f"${prefix}$".encode() + hash_of("x").encode()[4:]
    assert is_hash(hashed)
    assert accepted({b"a": hashed}, (b"a", b"x"), (b"a", b"y")) == [True, False]


@pytest.mark.parametrize(
    "text", [b"", b"x", EXAMPLE[:-1], EXAMPLE + b"x", EXAMPLE.replace(b"$10$", b"$03$"), b"$1$" + EXAMPLE[4:]]
)
def test_what_is_no_hash_matches_no_password(text: bytes) -> None:
    assert is_hash(EXAMPLE)
    assert not is_hash(text)
    assert accepted({b"a": text}, (b"a", text), (b"a", b"")) == [False, False]


def test_answers_are_remembered_right_and_wrong_ones(hash_of: Hash, asked: list[tuple[bytes, bytes]]) -> None:
    users = {b"a": hash_of("x").encode()}
    assert accepted(users, (b"a", b"x"), (b"a", b"y"), (b"a", b"x"), (b"a", b"y")) == [True, False] * 2
    assert len(asked) == 2


def test_requests_at_the_same_time_ask_bcrypt_once(hash_of: Hash, asked: list[tuple[bytes, bytes]]) -> None:
    passwords = Passwords()
    users = {b"a": hash_of("x", 6).encode()}

    async def together() -> list[bool]:
        return await asyncio.gather(*(passwords.accept(users, b"a", b"x") for _ in range(20)))

    assert asyncio.run(together()) == [True] * 20
    assert len(asked) == 1


def test_an_unknown_user_costs_what_the_dearest_user_costs(
    hash_of: Hash, asked: list[tuple[bytes, bytes]]
) -> None:
    users = {b"a": hash_of("x", 4).encode(), b"b": hash_of("x", 6).encode()}
    assert accepted(users, (b"nobody", b"x"), (b"nobody", b"x"), (b"a", b"wrong")) == [False] * 3
    assert [hashed[:7] for _, hashed in asked] == [b"$2b$06$", b"$2b$04$"]


def test_a_password_is_compared_as_far_as_bcrypt_looks(hash_of: Hash) -> None:
    """72 bytes, as in the toolkit; the library itself refuses longer ones."""
    users = {b"a": hash_of("x" * 72).encode()}
    attempts = [(b"a", b"x" * length) for length in (71, 72, 73, 500)]
    assert accepted(users, *attempts) == [False, True, True, True]


def test_many_wrong_passwords_do_not_displace_the_right_one(
    hash_of: Hash, asked: list[tuple[bytes, bytes]]
) -> None:
    users = {b"a": hash_of("x").encode()}
    wrong = [(b"a", str(number).encode()) for number in range(150)]
    assert sum(accepted(users, (b"a", b"x"), *wrong, (b"a", b"x"))) == 2
    assert len(asked) == 151


def test_a_new_hash_is_asked_again(hash_of: Hash) -> None:
    passwords = Passwords()

    async def both() -> list[bool]:
        return [
            await passwords.accept({b"a": hash_of("x").encode()}, b"a", b"x"),
            await passwords.accept({b"a": hash_of("y").encode()}, b"a", b"x"),
        ]

    assert asyncio.run(both()) == [True, False]
