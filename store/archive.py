"""The archive port: bytes kept for ever, by their hash. Adapters are chosen by `SYRIAWIRE_ARCHIVE`.

The contract, tested in tests/contract/test_archive.py: the same bytes give the same reference and are stored once;
`get` returns them unchanged or raises `NotFound`; a crash in mid-write leaves no broken entry behind.
"""

from typing import Protocol


class Archive(Protocol):
    """Response bytes by hash."""

    def put(self, data: bytes) -> str:
        """Stores `data` durably; returns its reference, `sha256:` and 64 hex digits. Raises `ArchiveUnavailable`."""

    def get(self, reference: str) -> bytes:
        """The bytes of a reference that `put` returned. Raises `NotFound`, `ArchiveUnavailable`."""
