"""Which indices there are: `<prefix>-newest-<name>` and `<prefix>-history-<name>`, seen through two aliases."""

from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from store.adapters.elastic_client import NAME, Address
from store.adapters.elastic_mapping import creation, form, properties
from store.errors import IndexUnavailable, SyriaWireError
from store.index import Collection
from store.settings import Settings

_DEFAULT = "articles"
_COLLECTIONS: tuple[Collection, ...] = ("history", "newest")
_THERE = "resource_already_exists_exception"


class Layout:
    """The indices of one URL. Errors are the client's own; `ElasticIndex` makes them ours.

    With `name` it is about that physical index; without, about the one that the aliases show.
    """

    def __init__(self, where: Address, settings: Settings, name: str | None) -> None:
        self.where = where
        self.name = name
        self._settings = settings

    def target(self, collection: Collection) -> str:
        """What to read from and write to."""
        alias = f"{self.where.prefix}-{collection}"
        return f"{alias}-{self.name}" if self.name else alias

    @property
    def targets(self) -> list[str]:
        """Both collections."""
        return [self.target(collection) for collection in _COLLECTIONS]

    def physical(self, collection: Collection, name: str) -> str:
        """The index behind the alias."""
        return f"{self.where.prefix}-{collection}-{name}"

    def ensure(self, client: Elasticsearch) -> None:
        """Makes what is missing: indices, aliases, and fields that a newer program has brought."""
        for collection in _COLLECTIONS:
            if client.indices.exists(index=self.target(collection)):
                self._extend(client, collection)
            elif self.name:
                self._create(client, collection, self.name)
            else:
                self._create_seen(client, collection)

    def check(self, client: Elasticsearch) -> None:
        """Raises `IndexUnavailable` if another version of this program has made what is there."""
        for collection in _COLLECTIONS:
            made = client.indices.get_mapping(index=self.target(collection), ignore_unavailable=True)
            for index, answer in made.items():
                theirs = answer["mappings"].get("_meta", {}).get("form", 1)
                if theirs != form(collection):
                    raise IndexUnavailable(
                        f"{self.where}: {index} has form {theirs}, this program needs form {form(collection)}: "
                        "`syriawire replay index NAME` makes it anew"
                    )

    def create(self, client: Elasticsearch, name: str) -> None:
        """A new physical index that no alias shows. Raises `SyriaWireError` if the name is taken."""
        if not NAME.fullmatch(name):
            raise SyriaWireError(
                f"{self.where}: no index can be called {name!r}: use small letters, digits, -"
            )
        taken = any(client.indices.exists(index=self.physical(each, name)) for each in _COLLECTIONS)
        if taken or not all(self._create(client, each, name) for each in _COLLECTIONS):
            raise SyriaWireError(f"{self.where}: index {name} is there already: choose another name")

    def names(self, client: Elasticsearch) -> list[str]:
        """The physical indices of this prefix, sorted."""
        start = self.physical("newest", "")
        there = client.indices.get_alias(index=f"{start}*", ignore_unavailable=True)
        return sorted(index.removeprefix(start) for index in there)

    def shown(self, client: Elasticsearch) -> str | None:
        """The one that the alias shows."""
        shown = _shown(client, f"{self.where.prefix}-newest")
        return shown[0].removeprefix(self.physical("newest", "")) if shown else None

    def known(self, client: Elasticsearch, name: str) -> str:
        """`name`. Raises `SyriaWireError` if there is no such index."""
        if name not in (names := self.names(client)):
            raise SyriaWireError(
                f"{self.where}: there is no index {name}: there are {', '.join(names) or 'none'}"
            )
        return name

    def drop(self, client: Elasticsearch, name: str) -> None:
        """Removes both collections. Raises `SyriaWireError` if readers see them."""
        if self.known(client, name) == self.shown(client):
            raise SyriaWireError(f"{self.where}: readers see the index {name}: swap to another one first")
        for collection in _COLLECTIONS:
            client.indices.delete(index=self.physical(collection, name), ignore_unavailable=True)

    def swap(self, client: Elasticsearch, name: str) -> None:
        """Both aliases move in one step. Raises `SyriaWireError` if there is no such index."""
        actions: list[dict[str, Any]] = []
        for collection in _COLLECTIONS:
            index, alias = self.physical(collection, name), f"{self.where.prefix}-{collection}"
            if not client.indices.exists(index=index):
                raise SyriaWireError(f"{self.where}: there is no index {name}: create it first")
            old = [each for each in _shown(client, alias) if each != index]
            actions += [{"remove": {"index": each, "alias": alias}} for each in old]
            actions.append({"add": {"index": index, "alias": alias}})
        client.indices.update_aliases(actions=actions)

    def _create(
        self, client: Elasticsearch, collection: Collection, name: str, aliases: dict[str, Any] | None = None
    ) -> bool:
        """False if it is there already."""
        made = creation(collection, self._settings)
        try:
            client.indices.create(index=self.physical(collection, name), aliases=aliases, **made)
        except BadRequestError as error:
            if error.message != _THERE:
                raise
            return False
        return True

    def _create_seen(self, client: Elasticsearch, collection: Collection) -> None:
        """The first index of this URL, with its alias; another process may have been faster."""
        alias = self.target(collection)
        if not self._create(client, collection, _DEFAULT, {alias: {}}) and not _shown(client, alias):
            index = self.physical(collection, _DEFAULT)
            client.indices.update_aliases(actions=[{"add": {"index": index, "alias": alias}}])

    def _extend(self, client: Elasticsearch, collection: Collection) -> None:
        target = self.target(collection)
        self.check(client)
        ours = properties(collection)
        for index, answer in client.indices.get_mapping(index=target).items():
            theirs = answer["mappings"].get("properties", {})
            if missing := {name: field for name, field in ours.items() if name not in theirs}:
                client.indices.put_mapping(index=index, properties=missing)


def _shown(client: Elasticsearch, alias: str) -> list[str]:
    """The physical indices behind an alias."""
    try:
        return list(client.indices.get_alias(name=alias))
    except NotFoundError:
        return []
