"""Every error that crosses a port. A message says `where: what: what to do`."""


class SyriaWireError(Exception):
    """The root of all errors that we raise on purpose; the command line prints its text and exits 1."""


class SettingsError(SyriaWireError):
    """A setting is unknown, ill-typed or out of range. Nothing was started."""


class BadRecord(SyriaWireError):  # noqa: N818  (named for what it is, as the port contracts speak of it)
    """A record that can never be processed, however often it is tried: it belongs into the dead letters."""


class TooLarge(BadRecord):
    """The log cannot take some of the entries; `places` are their indices in what `append` was given.

    The others may be there or not: append them again without these.
    """

    def __init__(self, message: str, places: tuple[int, ...]) -> None:
        super().__init__(message)
        self.places = places


class Unavailable(SyriaWireError):  # noqa: N818
    """The world is in the way (disk, broker, index): the same call can succeed later. Wait, then retry."""


class LogUnavailable(Unavailable):
    """The log cannot be read or written now."""


class IndexUnavailable(Unavailable):
    """The index cannot be read or written now; also raised while another process is its writer."""


class StateUnavailable(Unavailable):
    """The state store cannot be read or written now."""


class ArchiveUnavailable(Unavailable):
    """The archive cannot be read or written now."""


class Revoked(SyriaWireError):  # noqa: N818
    """A commit came after the partition was taken away. Nothing was committed; the records will come again."""


class BadPage(SyriaWireError):  # noqa: N818
    """`Query.after` is none that this index has given out."""


class NotFound(SyriaWireError):  # noqa: N818
    """What was asked for by its id is not there."""


class BadQuestion(SyriaWireError):  # noqa: N818
    """A query that no index answers: too long, too deep, or too wide. Asking again does not help."""
