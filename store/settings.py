"""Settings: environment over settings file over the home's own file over defaults.

`SYRIAWIRE_X_FILE` names a file that holds the value of `SYRIAWIRE_X`: for secrets, which an environment shows to many.
What is unknown or ill-typed stops the program. The home's file, `<home>/syriawire.yml`, says what this home was
made for: `up --demo` writes `demo: true` into it, so that every command there speaks of the same feeds.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from store.errors import SettingsError

PREFIX = "SYRIAWIRE_"
SETTINGS_FILE = "SYRIAWIRE_SETTINGS"
HOME_FILE = "syriawire.yml"
TEST_PREFIX = "SYRIAWIRE_TEST_"
FILE_SUFFIX = "_FILE"
ROOT = Path(__file__).resolve().parent.parent
HOME_FOLDERS = {"log": "log.db", "index": "index", "state": "state.db", "archive": "archive"}
"""Below `home`, where these are not set."""
DEMO_FEEDS = ROOT / "demo" / "feeds"
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
PerMinute = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Secret(str):
    """A setting that no `repr` shows: what is logged of a dict or a struct must not hold it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'" if self else "''"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. In the environment: `SYRIAWIRE_` and the name in capitals.

    Empty `log`, `index`, `state`, `archive` mean the embedded default below `home`.
    """

    home: Path = Path("var")
    """Where the embedded files, Airflow's home and the logs live."""
    log: str = ""
    """`sqlite:///path` or `kafka://host:9092,host2:9092[/prefix of the topics]`."""
    index: str = ""
    """`tantivy:///folder` or `https://host:9200[/prefix of the indices]`."""
    state: str = ""
    """`sqlite:///path` or `postgresql://user@host/database`."""
    archive: str = ""
    """A folder, or what else fsspec opens: `s3://bucket/folder`."""
    demo: bool = False
    """This home holds the demo's made-up articles; `feeds` is then the demo's unless it is set."""
    feeds: Path = ROOT / "config" / "feeds"
    """The catalogue: a folder of YAML files, one a publisher."""
    secrets: str = ""
    """A folder with one file a secret, for `${secret:NAME}` in the catalogue; empty: `secrets` in `home`."""
    gazetteer: Path = ROOT / "config" / "gazetteer"
    """The names that are tagged: a folder of plain files."""
    web_host: str = "127.0.0.1"
    """Where the page listens: loopback, unless others shall read it."""
    web_port: Port = 8088
    """Of the page and its API."""
    web_requests: PerMinute = 1200
    """Requests a minute that one token, or one address without a token, may send."""
    web_exports: PerMinute = 30
    """Of these, exports and Atom feeds of a search."""
    web_logins: PerMinute = 10
    """Sign-ins a minute that one address may try."""
    web_tests: PerMinute = 10
    """Test messages of saved searches a minute that one token, or one address without a token, may send."""
    airflow_port: Port = 8080
    """Of Airflow's page."""
    demo_url: str = "http://127.0.0.1:8099"
    """Where the demo wires are served; `${SYRIAWIRE_DEMO_URL}` in a catalogue becomes this."""
    poll_every: Seconds = 60.0
    """Seconds between two runs of the DAG `poll_feeds`; a feed is polled when it is due, not at every run."""
    alerts_every: Seconds = 60.0
    """Seconds between two runs of the DAG `run_alerts`, which sends what saved searches have found."""
    alerts_overlap: Annotated[float, msgspec.Meta(ge=60)] = 600.0
    """Seconds that a run looks back behind the last one: more than the index needs, and than clocks differ."""
    alerts_batch: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    """The most articles in one message of a digest."""
    alerts_secret: Secret = Secret("")
    """Signs webhooks (HMAC-SHA256) that name no secret of their own."""
    alerts_timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    """Seconds for one attempt to deliver a webhook, which gets three; an e-mail may take three times as long in all."""
    alerts_refusals: Annotated[int, msgspec.Meta(ge=2, le=100)] = 5
    """So often a receiver may refuse a message before it is set aside, with its reason, and waits for `saved retry`."""
    smtp_host: str = ""
    """The mail server; empty: no e-mail is sent."""
    smtp_port: Port = 587
    """Of the mail server."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls`, `tls` (port 465) or `none`, which sends all in the clear."""
    smtp_user: str = ""
    """Empty: no login."""
    smtp_password: Secret = Secret("")
    """With `smtp_user`."""
    smtp_from: str = ""
    """The address that e-mail comes from."""
    user_agent: str = "SyriaWire/0.1 (news archive for conflict monitors)"
    """How we introduce ourselves to publishers: add a way to reach you."""
    log_level: str = "info"
    """`debug`, `info`, `warning` or `error`."""
    batch: Annotated[int, msgspec.Meta(ge=1, le=10000)] = 200
    """How many records a processor takes at once."""
    heartbeat: str = ""
    """A file that a worker touches at each round, for a health check; empty: none."""
    kafka_partitions: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 6
    """Of a topic that is made by us; as many workers of one stage can share the work."""
    kafka_replication: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    """Copies of each partition. With one, the broker syncs its disk before it acknowledges."""
    kafka_retention_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How long the topics keep a record; 0: for ever, as `verify` and `replay` want it."""
    kafka_max_bytes: Annotated[int, msgspec.Meta(ge=1024, le=100_000_000)] = 4 * 1024 * 1024
    """The largest record; what is larger is dead-lettered with a pointer into the archive."""
    kafka_timeout: Seconds = 30.0
    """How long one call may wait for the brokers before it says that they are unavailable."""
    kafka_session_timeout: Seconds = 15.0
    """A worker that died without a word is out of its group after this; the brokers' least is 6."""
    kafka_work_timeout: Seconds = 300.0
    """A worker that did not poll for so long is out of its group, and its records go to another."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."""
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."""
    kafka_username: str = ""
    """For SASL."""
    kafka_password: Secret = Secret("")
    """For SASL."""
    kafka_ca_file: str = ""
    """PEM; empty: the certificates of this system."""
    kafka_cert_file: str = ""
    """PEM with our own certificate, where the brokers ask for one; its key is in `kafka_key_file`."""
    kafka_key_file: str = ""
    """PEM with the key of our certificate."""
    elasticsearch_user: str = ""
    """With `elasticsearch_password`."""
    elasticsearch_password: Secret = Secret("")
    """With `elasticsearch_user`."""
    elasticsearch_api_key: Secret = Secret("")
    """Instead of user and password: the key as Elasticsearch gives it out, encoded."""
    elasticsearch_ca_file: str = ""
    """The authority that signed the server's certificate, PEM; empty: those that Python trusts."""
    elasticsearch_verify: bool = True
    """False takes any certificate: for a trial only."""
    elasticsearch_shards: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 1
    """Of an index that is made by us; one holds some 30 GB well."""
    elasticsearch_replicas: Annotated[int, msgspec.Meta(ge=0, le=9)] | None = None
    """Copies beside the first; by default one as soon as there is a second node."""
    elasticsearch_synonyms: str = ""
    """A file of `gazetteer synonyms`, as the nodes see it below their `config`: for Kibana's search box."""
    elasticsearch_snapshots: str = ""
    """The folder of the backups as the nodes see it, inside their `path.repo`; empty: the DAG makes none."""
    elasticsearch_snapshots_kept: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 14
    """How many backups stay; older ones are removed."""
    elasticsearch_refresh: Seconds = 1.0
    """How long a reader may not yet see what was written: the port promises a second."""
    elasticsearch_timeout: Seconds = 30.0
    """How long one request may take."""
    elasticsearch_patience: Seconds = 60.0
    """How long a write that the server is too busy for is tried again before the index counts as unavailable."""


_NAMES = tuple(field.name for field in msgspec.structs.fields(Settings))
_SECRETS = {field.name for field in msgspec.structs.fields(Settings) if field.type is Secret}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """All settings, the paths absolute. Raises `SettingsError`."""
    env = os.environ if environ is None else environ
    values = _from_file(env.get(SETTINGS_FILE, ""))
    for name, value in env.items():
        if not name.startswith(PREFIX) or name == SETTINGS_FILE or name.startswith(TEST_PREFIX):
            continue
        bare = name.removesuffix(FILE_SUFFIX)
        key = name.removeprefix(PREFIX).lower()
        if key not in _NAMES and bare.removeprefix(PREFIX).lower() in _NAMES:
            if bare in env:
                raise SettingsError(f"{name}: {bare} is set as well: unset one")
            key, value = bare.removeprefix(PREFIX).lower(), _content(name, value)  # noqa: PLW2901
        if key not in _NAMES:
            raise _unknown(key, where=name, spelled=lambda known: PREFIX + known.upper())
        values[key] = value
    home_file = _convert({**values}).home / HOME_FILE
    own = _from_file(str(home_file)) if home_file.exists() else {}
    settings = _convert({**own, **values})
    if settings.demo and not {"feeds"} & {*own, *values}:
        settings = msgspec.structs.replace(settings, feeds=DEMO_FEEDS)
    return _with_defaults(settings)


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}): mend {SETTINGS_FILE} or unset it"
        ) from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: holds no settings: write `name: value` lines")
    for key in content:
        if key not in _NAMES:
            raise _unknown(str(key), where=path, spelled=str)
    return {str(key): value for key, value in content.items()}


def _content(name: str, path: str) -> str:
    """What a file holds, for a setting that must not stand in the environment."""
    try:
        content = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{name}: {path}: cannot be read ({why}): mend it or unset it") from error
    if not content:
        raise SettingsError(f"{name}: {path}: is empty: write the value into it")
    return content


def _unknown(key: str, *, where: str, spelled: Callable[[str], str]) -> SettingsError:
    close = difflib.get_close_matches(key, _NAMES, n=1)
    hint = (
        f"did you mean {spelled(close[0])!r}?" if close else f"known are: {', '.join(map(spelled, _NAMES))}"
    )
    return SettingsError(f"{where}: unknown setting {spelled(key)!r}: {hint}")


def _convert(values: dict[str, Any]) -> Settings:
    for key, value in values.items():
        try:
            msgspec.convert({key: value}, Settings, strict=False, dec_hook=_path)
        except msgspec.ValidationError as error:
            what = str(error).split(" - at")[0]
            shown = "its value" if key in _SECRETS else repr(value)
            raise SettingsError(
                f"{PREFIX}{key.upper()}: {shown} will not do: {what[0].lower()}{what[1:]}"
            ) from error
    return msgspec.convert(values, Settings, strict=False, dec_hook=_path)


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    wanted = "str" if kind is Secret else kind.__name__
    raise TypeError(f"expected {wanted}, got {type(value).__name__}")


def _with_defaults(settings: Settings) -> Settings:
    home = settings.home.absolute()
    return msgspec.structs.replace(
        settings,
        home=home,
        feeds=settings.feeds.absolute(),
        secrets=settings.secrets or f"{home}/secrets",
        gazetteer=settings.gazetteer.absolute(),
        log=settings.log or f"sqlite:///{home / HOME_FOLDERS['log']}",
        index=settings.index or f"tantivy:///{home / HOME_FOLDERS['index']}",
        state=settings.state or f"sqlite:///{home / HOME_FOLDERS['state']}",
        archive=settings.archive or f"file://{home / HOME_FOLDERS['archive']}",
    )
