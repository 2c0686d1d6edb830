"""The archive on a folder or an object store, through fsspec: gzip files named by the hash of what they hold."""

import gzip
import hashlib
import os
import uuid

import fsspec
from fsspec.implementations.local import LocalFileSystem

from store.errors import ArchiveUnavailable, NotFound

_SCHEME = "sha256:"


class FsspecArchive:
    """`store.archive.Archive` below a URL that fsspec opens (`file:///…`, `s3://…`, `memory://…`)."""

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise ArchiveUnavailable(f"SYRIAWIRE_ARCHIVE: {url}: {error}: write a folder or a URL") from error

    def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        target = self._name(digest)
        try:
            if not self._fs.exists(target):
                self._write(target, gzip.compress(data, mtime=0))
        except OSError as error:
            raise ArchiveUnavailable(f"{self._url}: {error}: free or mend it, it is tried again") from error
        return f"{_SCHEME}{digest}"

    def get(self, reference: str) -> bytes:
        digest = reference.removeprefix(_SCHEME)
        if digest == reference or len(digest) != 64 or not digest.isalnum():
            raise NotFound(f"archive: {reference!r} is no reference: it reads sha256: and 64 hex digits")
        try:
            return gzip.decompress(self._fs.cat_file(self._name(digest)))
        except FileNotFoundError as error:
            raise NotFound(f"archive: nothing is stored as {reference}") from error
        except (OSError, EOFError) as error:
            raise ArchiveUnavailable(f"{self._url}: {error}: mend it, it is tried again") from error

    def _name(self, digest: str) -> str:
        return f"{self._root}/responses/{digest[:2]}/{digest}.gz"

    def _write(self, target: str, content: bytes) -> None:
        """Under another name first: a crash in mid-write must not leave half a file under a hash."""
        self._fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        temporary = f"{target}.{uuid.uuid4().hex}.part"
        with self._fs.open(temporary, "wb") as file:
            file.write(content)
            if isinstance(self._fs, LocalFileSystem):
                file.flush()
                os.fsync(file.fileno())
        self._fs.mv(temporary, target)
