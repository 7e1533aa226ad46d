"""What is wrong with a piece of text that somebody wrote, and what to write instead."""


class LanguageError(ValueError):
    """A text of the tenant language that cannot be read.

    Attributes:
        message: what is wrong, as a sentence about the text.
        offset: 0-based position inside the text, for a caret.
        advice: what to write instead, in the user's own terms where that is possible.
    """

    def __init__(self, message: str, *, offset: int = 0, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.advice = advice


class KeySyntaxError(LanguageError):
    """A key under a tenant or under `defaults` that is not a threshold key."""


class ValueSyntaxError(LanguageError):
    """A value that is neither a threshold nor one of the words."""


class WindowSyntaxError(LanguageError):
    """A schedule window that cannot be read."""
