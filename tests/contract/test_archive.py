"""The contract of `store.archive`, over every adapter."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.adapters.fsspec_archive import FsspecArchive
from store.archive import Archive
from store.errors import ArchiveUnavailable, NotFound

NewArchive = Callable[[], Archive]


@given(data=st.binary(max_size=2000))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_bytes_come_back_unchanged(new_archive: NewArchive, data: bytes) -> None:
    reference = new_archive().put(data)
    assert reference.startswith("sha256:")
    assert new_archive().put(data) == reference
    assert new_archive().get(reference) == data


@pytest.mark.parametrize("reference", ["sha256:" + "0" * 64, "sha256:../../x", "md5:1", ""])
def test_what_is_not_there_is_not_found(new_archive: NewArchive, reference: str) -> None:
    with pytest.raises(NotFound):
        new_archive().get(reference)


def test_the_same_bytes_are_stored_once_and_nothing_half_written_stays(tmp_path: Path) -> None:
    archive = FsspecArchive(f"file://{tmp_path}/archive")
    archive.put(b"response")
    archive.put(b"response")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == 1
    assert files[0].suffix == ".gz"


def test_an_unusable_folder_raises_the_ports_error_and_recovers(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    root.write_text("a file where the folder should be")
    archive = FsspecArchive(f"file://{root}")
    with pytest.raises(ArchiveUnavailable, match="archive"):
        archive.put(b"response")
    root.unlink()
    assert archive.get(archive.put(b"response")) == b"response"
