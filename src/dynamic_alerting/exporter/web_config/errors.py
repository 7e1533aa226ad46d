"""What is wrong with a web configuration file."""


class WebConfigError(Exception):
    """The file, or one that it names, cannot be used; the text says where, why, and what to write instead."""


class FieldError(Exception):
    """Something at one place of the file is wrong; its reader adds the file's name.

    Attributes:
        line: 1-based.
        column: 1-based, in characters.
        message: What is wrong, and what to write instead.
    """

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message
