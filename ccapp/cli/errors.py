"""What ends a command early: one sentence of what is wrong, one of what to do, and an exit code."""

from enum import IntEnum


class Code(IntEnum):
    OK = 0
    REFUSED = 1  # understood, and not done: a check failed, a move is not allowed, a file is wrong
    USAGE = 2
    NO_ENGINE = 3  # not running, or not ready yet
    NO_RIGHT = 4  # a wrong token
    NOT_FOUND = 5


class CliError(Exception):
    def __init__(self, message: str, hint: str = "", code: Code = Code.REFUSED) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code
