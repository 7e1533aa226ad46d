"""Checking passwords against bcrypt hashes: one at a time, off the event loop, each answer remembered."""

import asyncio
import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import bcrypt

_HASH = re.compile(rb"\$2[abxy]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")

#: The cost that `htpasswd -B` and the toolkit's documentation suggest.
_USUAL_COST = 10

#: bcrypt looks at no more of a password (and so at no more in the toolkit); the library refuses longer ones.
_LONGEST = 72

#: Answers remembered, as many as the toolkit does.
_REMEMBERED = 100


def is_hash(text: bytes) -> bool:
    """Whether this is a bcrypt hash, such as `htpasswd -nB` prints."""
    return _HASH.fullmatch(text) is not None


class Passwords:
    """Remembers which passwords were right and which were wrong.

    Right ones are kept apart, so that somebody who tries many passwords cannot make the next scrape wait for
    bcrypt. Of a password only a keyed hash is kept, whose key lives and dies with the process.
    """

    def __init__(self) -> None:
        # One thread: checks are meant to cost CPU time, and must not take more than one core.
        self._thread = ThreadPoolExecutor(1, "bcrypt")
        self._secret = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()

    async def accept(self, users: Mapping[bytes, bytes], user: bytes, password: bytes) -> bool:
        """Whether there is this user with this password; takes as long where there is no such user.

        Args:
            users: The hash of each user; a hash that is none matches no password.
            user: The name.
            password: What the client sent.
        """
        known = is_hash(users.get(user, b""))
        hashed = users[user] if known else _hash_of_nobody(users.values())
        attempt = self._digest(user, hashed, password)
        right = self._remembered(attempt)
        if right is None:
            loop = asyncio.get_running_loop()
            right = await loop.run_in_executor(self._thread, self._compare, attempt, hashed, password)
        return right and known

    def _compare(self, attempt: bytes, hashed: bytes, password: bytes) -> bool:
        """In the thread: asks bcrypt, unless another request has just asked the same."""
        right = self._remembered(attempt)
        if right is None:
            right = bcrypt.checkpw(password[:_LONGEST], hashed)
            answers = self._right if right else self._wrong
            answers[attempt] = None
            if len(answers) > _REMEMBERED:
                answers.popitem(last=False)
        return right

    def _remembered(self, attempt: bytes) -> bool | None:
        if attempt in self._right:
            return True
        return False if attempt in self._wrong else None

    def _digest(self, *parts: bytes) -> bytes:
        digest = hashlib.blake2b(key=self._secret)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.digest()


def _hash_of_nobody(hashes: Iterable[bytes]) -> bytes:
    """A hash that costs as much as the dearest of the users', so that the time tells no names."""
    costs = [int(found[1]) for found in map(_HASH.fullmatch, hashes) if found]
    return b"$2b$%02d$" % max(costs, default=_USUAL_COST) + b"." * 53
