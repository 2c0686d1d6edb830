"""What came of a request."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came. `health`: `ok` with a body, `unchanged` (304), or why there is none. `status` 0: no answer."""

    health: str
    detail: str = ""
    status: int = 0
    body: bytes = field(default=b"", repr=False)
    url: str = ""
    """Where the answer came from, after redirects; without user and password."""
    moved_to: str = ""
    """Where the permanent redirects (301, 308) before any other led; empty: there were none."""
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    max_age: timedelta | None = None
    """How long the publisher calls the answer fresh: `Cache-Control: max-age`, else `Expires`. None: not said."""
    retry_after: timedelta | None = None
    """How long the host wants not to be asked, a day at most. None: not said."""
