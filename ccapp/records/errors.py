"""What can go wrong with the records, named."""


class RecordsError(Exception):
    """The records cannot do what was asked."""


class DatabaseUnavailable(RecordsError):
    """No database answers; the facts are safe in the spool, but nothing recorded can be read."""


class DatabaseRefuses(RecordsError):
    """A database answers, but does not let us in, or there is none of that name."""


class DatabaseNewer(RecordsError):
    """The database was migrated by a later ccapp: this one must not touch it."""


class Fenced(RecordsError):
    """Another engine has taken over (a newer epoch): stop acting now."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"epoch {epoch} is over: another engine has taken over")
        self.epoch = epoch


class LeaseHeld(RecordsError):
    """Another engine holds the lease: says which."""


class SpoolBusy(RecordsError):
    """Another process writes this spool folder."""


class FactError(RecordsError, ValueError):
    """A recorded fact this code cannot read: says which kind and field."""
