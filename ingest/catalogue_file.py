"""One YAML file of the catalogue: its fields, its variables and secrets, and how it says what is wrong."""

import difflib
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, NoReturn

import msgspec
import yaml

from store.errors import SyriaWireError
from store.settings import Secret

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_SECRET = "secret:"  # noqa: S105  (the mark of a secret, not one)
_MAY_HOLD_SECRETS = frozenset({"headers", "proxy"})
FileSlug = re.compile(r"[a-z0-9][a-z0-9-]*")

FullText = Literal["feed", "page"]
Guid = Literal["trust", "link", "title"]
FindSecret = Callable[[str], str | None]


class CatalogueError(SyriaWireError):
    """A file of the catalogue, or the name of a feed, is wrong. Nothing was fetched."""


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the `feeds:` as written; None where the publisher's own word or the default holds."""

    id: str
    url: str
    every: str
    title: str = ""
    verified: date | None = None
    language: str = ""
    country: str | None = None
    affiliation: str | None = None
    format: str = "auto"
    allow_private: bool = False
    user_agent: str = ""
    headers: dict[str, str] = {}
    proxy: str = ""
    soonest: str = ""
    latest: str = ""
    items_a_day: float | None = None
    max_age: str = ""
    full_text: FullText | None = None
    guid: Guid | None = None


class PublisherFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. What it says beside `feeds:` holds for each of them that does not say otherwise."""

    publisher: str
    feeds: list[FeedEntry]
    identity: Literal["feed", "publisher"] = "feed"
    country: str = ""
    languages: list[str] = []
    affiliation: str = ""
    full_text: FullText = "feed"
    guid: Guid = "trust"


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice: PyYAML would keep the last and silently lose feeds."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is written twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def read_file(file: Path, variables: Mapping[str, str], secret: FindSecret) -> PublisherFile:
    """The file with its types right, variables and secrets filled in. Raises `CatalogueError`."""
    where = shown_path(file)
    if not FileSlug.fullmatch(file.stem):
        wrong(where, "the file's name may hold a-z, 0-9 and hyphens only; rename it")
    try:
        raw = yaml.load(file.read_bytes(), Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except OSError as error:
        raise CatalogueError(f"{where}: cannot be read ({error.strerror}): mend its rights") from error
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogueError(f"{where}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict):
        wrong(where, "holds no publisher; write `publisher:` and `feeds:`")
    _check_names(where, raw, PublisherFile)
    for entry in raw["feeds"] if isinstance(raw.get("feeds"), list) else ():
        if isinstance(entry, dict):
            _check_names(where, entry, FeedEntry)
    filled = _Filler(where, variables, secret).fill(raw, private=False)
    try:
        publisher = msgspec.convert(filled, PublisherFile)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {_readable(str(error))}") from error
    if not publisher.feeds or not publisher.publisher.strip():
        wrong(where, "holds no feeds or no publisher's name; write both")
    return publisher


class _Filler:
    """Puts variables and secrets into the texts of one file. No message ever holds a secret's value."""

    def __init__(self, where: str, variables: Mapping[str, str], secret: FindSecret) -> None:
        self._where = where
        self._variables = variables
        self._secret = secret

    def fill(self, value: Any, *, private: bool) -> Any:
        """`private`: inside a field whose value is never shown."""
        if isinstance(value, dict):
            return {
                key: self.fill(each, private=private or key in _MAY_HOLD_SECRETS)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.fill(each, private=private) for each in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        return _VARIABLE.sub(lambda match: self._meaning(match[1], private=private), value)

    def _meaning(self, name: str, *, private: bool) -> str:
        if name.startswith(_SECRET):
            return self._secret_of(name.removeprefix(_SECRET), private=private)
        if name not in self._variables:
            wrong(self._where, f"undefined variable ${{{name}}}{hint(name, self._variables)}")
        return self._variables[name]

    def _secret_of(self, name: str, *, private: bool) -> str:
        if not private:
            wrong(
                self._where,
                f"${{{_SECRET}{name}}} would be shown here; secrets may stand in `headers` and `proxy` only",
            )
        value = self._secret(name)
        if value is None:
            wrong(
                self._where,
                f"secret {name!r} is not there; write it into the file {name!r} of the folder that the setting "
                "`secrets` names",
            )
        if not value.isprintable():
            wrong(
                self._where,
                f"secret {name!r} holds what no header can carry; write it as one line of plain text",
            )
        return value


def secrets_in(folder: Path) -> FindSecret:
    """Reads secrets from `folder`: one file each, its name the secret's; white space around it is left out."""

    def find(name: str) -> str | None:
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", name):
            return None
        try:
            return (folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    return find


def no_secrets(name: str) -> str | None:  # noqa: ARG001
    """Where there is no folder of secrets."""
    return None


def private_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The same, with values that no `repr` shows: a feed's headers may be keys."""
    return {name: Secret(value) for name, value in headers.items()}


def duration(at: str, name: str, text: str) -> timedelta:
    """`30s`, `5m`, `2h`, `1d`. Raises `CatalogueError`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        wrong(at, f"{name} {text!r} is no duration; write one like `30s`, `5m` or `2h`")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _check_names(where: str, raw: Mapping[Any, Any], kind: type[msgspec.Struct]) -> None:
    names = [field.name for field in msgspec.structs.fields(kind)]
    for key in raw:
        if key not in names:
            wrong(where, f"unknown field {key!r}{hint(str(key), names)}")


def hint(name: str, known: Iterable[str]) -> str:
    """What was perhaps meant."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are: {', '.join(names)}"


def _readable(message: str) -> str:
    """msgspec's `Expected `str`, got `int` - at `$.feeds[0].every`` with the place first."""
    what, _, at = message.partition(" - at ")
    place = at.strip("`").removeprefix("$.")
    return f"{place}: {what[0].lower()}{what[1:]}" if place else f"{what[0].lower()}{what[1:]}"


def shown_path(path: Path) -> str:
    """The path as a person would type it here."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def wrong(where: str, what: str) -> NoReturn:
    """Raises `CatalogueError`."""
    raise CatalogueError(f"{where}: {what}")
