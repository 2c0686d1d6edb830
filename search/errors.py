"""What a reader can ask wrongly. Each message says where, what, and what to do."""

from store.errors import SyriaWireError


class BadRequest(SyriaWireError):  # noqa: N818  (named for what it is, like its fellows in store.errors)
    """A parameter of a request will not do; the web page answers 400."""


class QuerySyntaxError(BadRequest):
    """A query that cannot be read. `position` counts characters from 1; `problem` is the message without it."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(f"query: character {position}: {problem}")
        self.position = position
        self.problem = problem


class Forbidden(SyriaWireError):  # noqa: N818
    """Not for this role; the web page answers 403."""


class Unknown(SyriaWireError):  # noqa: N818
    """No token, or none of ours; the web page answers 401."""


class TooMany(SyriaWireError):  # noqa: N818
    """More requests than one asker may send; the web page answers 429. `wait`: seconds until the next may come."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class TooLong(SyriaWireError):  # noqa: N818
    """A body that is longer than any of ours; the web page answers 413."""
