"""Writing into the catalogue: it is read as it will be before anything is written."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.catalogue import Catalogue, CatalogueError, load_catalogue
from ingest.catalogue_file import secrets_in, shown_path
from ingest.catalogue_write import NewFeed, publisher_yaml, with_more
from store.settings import Settings


def file_of(settings: Settings, slug: str) -> Path:
    """Where the publisher's feeds are written."""
    other = settings.feeds / f"{slug}.yaml"
    return other if other.exists() else settings.feeds / f"{slug}.yml"


def written(
    settings: Settings, wanted: Mapping[str, tuple[str, Sequence[NewFeed]]], *, dry_run: bool
) -> dict[str, str]:
    """The files with the new feeds, by slug; read whole before the first is written. Raises `CatalogueError`."""
    texts: dict[Path, str] = {}
    for slug, (publisher, feeds) in wanted.items():
        file = file_of(settings, slug)
        texts[file] = (
            with_more(file.read_text("utf-8"), feeds) if file.exists() else publisher_yaml(publisher, feeds)
        )
    new = {feed.id: feed.url for _, feeds in wanted.values() for feed in feeds}
    _check(settings, texts, new)
    if not dry_run:
        for file, text in texts.items():
            _replace(file, text)
    return {file.stem: text for file, text in texts.items()}


def _check(settings: Settings, texts: Mapping[Path, str], new: Mapping[str, str]) -> None:
    """The catalogue as it will be must be readable, and hold what it held and the new feeds."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        for file in _files(settings.feeds):
            (trial / file.name).write_bytes(file.read_bytes())
        for file, text in texts.items():
            (trial / file.name).write_text(text, "utf-8")
        try:
            after = {feed.id: feed.url for feed in _load(settings, trial).feeds} if texts else dict(new)
        except CatalogueError as error:
            # The folder of the trial is nothing that a person could mend.
            raise CatalogueError(
                str(error).replace(f"{trial.as_posix()}/", f"{shown_path(settings.feeds)}/")
            ) from error
    if not new.items() <= after.items():
        raise CatalogueError(
            f"{shown_path(settings.feeds)}: `feeds:` is not the last of its file: put it last, then add again"
        )


def _replace(file: Path, text: str) -> None:
    """All of it or nothing: a poll may read the catalogue at any moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    trial = file.with_name(f".{file.name}.new")
    trial.write_text(text, "utf-8")
    trial.replace(file)


def catalogue_of(settings: Settings, *, may_be_empty: bool = False) -> Catalogue:
    """The catalogue of the settings. Raises `CatalogueError`."""
    if may_be_empty and not _files(settings.feeds):
        return Catalogue(feeds=())
    return _load(settings, settings.feeds)


def _files(folder: Path) -> list[Path]:
    return [*folder.glob("*.yml"), *folder.glob("*.yaml")]


def _load(settings: Settings, folder: Path) -> Catalogue:
    variables = {"SYRIAWIRE_DEMO_URL": settings.demo_url}
    return load_catalogue(folder, variables, secrets_in(Path(settings.secrets)))
