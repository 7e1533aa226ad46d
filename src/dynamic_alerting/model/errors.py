"""What is wrong with a piece of text that somebody wrote, and what to write instead."""

from collections.abc import Callable


class LanguageError(ValueError):
    """A text of the tenant language that cannot be read.

    Attributes:
        message: what is wrong, as a sentence about the text.
        offset: 0-based position inside the text, for a caret.

    Args:
        advice: the advice, or what finds it: looking for similar words takes a hundred times as long as
            reading, and of a file that is wrong throughout, nobody asks for most of the advice.
    """

    def __init__(self, message: str, *, offset: int = 0, advice: str | Callable[[], str]) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self._advice = advice

    @property
    def advice(self) -> str:
        """What to write instead, in the user's own terms where that is possible."""
        return self._advice if isinstance(self._advice, str) else self._advice()


class KeySyntaxError(LanguageError):
    """A key under a tenant or under `defaults` that is not a threshold key."""


class PatternTooLargeError(KeySyntaxError):
    """A key with a pattern that is valid, but takes too long to be read and matched."""


class ValueSyntaxError(LanguageError):
    """A value that is neither a threshold nor one of the words."""


class WindowSyntaxError(LanguageError):
    """A schedule window that cannot be read."""
