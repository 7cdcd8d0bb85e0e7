"""The exceptions that a person is meant to read."""


class GongkaiError(Exception):
    """What happened and where, in one line; `hint` says what to do about it.

    Raised wherever the cause lies outside the program (a file, a setting, a host, a full disk). The command
    line prints it in one line and exits with 1; a DAG's task fails with it as its reason.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        text = " ".join(str(self.args[0]).split())
        return f"{text} — {self.hint}" if self.hint else text


class Unavailable(GongkaiError):
    """The database or the object storage cannot be reached, or refuses for now: the same work may go well later."""


class Damaged(GongkaiError):
    """Bytes that the archive stored are missing, or are others than it stored. Not retryable."""
