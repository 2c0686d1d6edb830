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
