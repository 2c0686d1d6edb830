"""The files in config/kibana/ as read: data views, dashboards as lists of panels, saved searches."""

from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import yaml

from store.errors import SyriaWireError
from store.settings import ROOT

FOLDER = ROOT / "config" / "kibana"
VIEWS = "data-views"
SEARCHES = "searches"
Operation = Literal["count", "unique_count", "max", "min", "median", "percentile", "last_value"]
Kind = Literal["metric", "bars", "hbars", "line", "area", "pie", "table", "map"]
_T = TypeVar("_T")


class KibanaError(SyriaWireError):
    """A file in config/kibana/ says what cannot be, or Kibana refused what it was sent."""


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Runtime(_Written, frozen=True, kw_only=True):
    """A field that Elasticsearch computes as it reads, in Painless."""

    type: Literal["long", "date", "keyword"]
    script: str


class View(_Written, frozen=True, kw_only=True):
    """A data view on `<prefix>-<index>`, with the field of its time picker."""

    id: str
    name: str
    index: str
    time: str
    embargoes: bool = False
    """It has articles that must not be shown before their time."""
    labels: dict[str, str] = {}
    names: tuple[str, ...] = ()
    """Fields of ids that are shown as the gazetteer's names."""
    formats: dict[str, dict[str, Any]] = {}
    runtime: dict[str, Runtime] = {}


class Metric(_Written, frozen=True, kw_only=True):
    """A number: how many articles (`count`, those that match `where` if it is given), or a field's statistic."""

    op: Operation
    label: str
    field: str = ""
    where: str = ""
    percentile: int = 0


class Terms(_Written, frozen=True, kw_only=True):
    """The `size` most frequent values of a field; those that match the regular expression `only`, if given."""

    field: str
    size: int = 10
    only: str = ""
    label: str = ""


class Layer(_Written, frozen=True, kw_only=True):
    """Of a map: `clusters`, as large as the articles are many, or the `articles` with what a hover `shows` of them."""

    title: str
    kind: Literal["clusters", "articles"]
    where: str = ""
    colour: str = "#54b399"
    hidden: bool = False
    from_zoom: int = 0
    shows: tuple[str, ...] = ()


class Panel(_Written, frozen=True, kw_only=True):
    """`place`: column, row, width and height in a grid of 48 columns. `over`: the time field of the x axis.

    `where` is a question in Lucene's syntax; `by` breaks down; `centre` of a map: latitude, longitude, zoom.
    """

    title: str
    kind: Kind
    place: tuple[int, int, int, int]
    view: str = ""
    where: str = ""
    over: str = ""
    by: tuple[Terms, ...] = ()
    metrics: tuple[Metric, ...] = ()
    centre: tuple[float, float, float] = (35.0, 38.5, 6.0)
    layers: tuple[Layer, ...] = ()


class Dashboard(_Written, frozen=True, kw_only=True):
    """`view`: that of panels which name none. `since`: where the time picker begins, such as `now-7d`."""

    title: str
    description: str
    view: str
    since: str
    panels: tuple[Panel, ...]


class Search(_Written, frozen=True, kw_only=True):
    """A question for Discover, with the columns to show."""

    id: str
    title: str
    description: str
    view: str
    where: str
    columns: tuple[str, ...]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """All files. `dashboards`: by the file's name, which becomes the id."""

    views: dict[str, View]
    dashboards: dict[str, Dashboard]
    searches: tuple[Search, ...]


def read_source(folder: Path = FOLDER) -> Source:
    """Raises `KibanaError` with the file and what is wrong."""
    views = {view.id: view for view in _read(folder / f"{VIEWS}.yml", tuple[View, ...])}
    searches = _read(folder / f"{SEARCHES}.yml", tuple[Search, ...])
    rest = sorted(file for file in folder.glob("*.yml") if file.stem not in (VIEWS, SEARCHES))
    dashboards = {file.stem: _read(file, Dashboard) for file in rest}
    for where, view in _named_views(searches, dashboards):
        if view not in views:
            raise KibanaError(f"{folder / where}.yml: unknown view {view!r}: use one of {', '.join(views)}")
    return Source(views=views, dashboards=dashboards, searches=searches)


def _named_views(searches: tuple[Search, ...], dashboards: dict[str, Dashboard]) -> list[tuple[str, str]]:
    of_searches = [(SEARCHES, search.view) for search in searches]
    of_panels = [
        (name, panel.view or dashboard.view)
        for name, dashboard in dashboards.items()
        for panel in dashboard.panels
    ]
    return of_searches + of_panels


def _read(file: Path, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), kind)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise KibanaError(f"{file}: {error}: mend it") from error
