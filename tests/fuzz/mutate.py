"""Seeded damage to feed documents: the same seed gives the same bytes, on every machine."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from demo.documents import documents
from demo.stages import load_wires

GOLDEN = Path(__file__).parents[1] / "golden" / "parse"
_LABELS = ("utf-8", "utf-16", "windows-1256", "koi8-r", "iso-8859-6", "ascii", "zip", "ebcdic-cp-us", "x")
_TAGS = (
    b"<item>",
    b"</item>",
    b"<title>",
    b"</channel>",
    b"<entry>",
    b"<b>",
    b"</p>",
    b"<a:b c='d'>",
    b"<guid/>",
)
_ENTITIES = (
    b"&nbsp;", b"&#0;", b"&#xD800;", b"&#150;", b"&x;", b"&", b"&amp;amp;", b"&#99999999;", b"<![CDATA[",
    b"]]>", b"<!--", b"-->", b'<!DOCTYPE a [<!ENTITY x "&x;&x;">]>', b"<?xml encoding='utf-16'?>",
    b"\0", b"\xef\xbf\xbe", b"\xff", b'"', b"'", b"<", b">",
)  # fmt: skip


def corpus() -> list[bytes]:
    """The golden feeds and the demo's wires at each of their stages."""
    golden = [path.read_bytes() for path in sorted(GOLDEN.iterdir()) if _is_feed(path)]
    wires = [made.body for name, wire in sorted(load_wires().items()) for made in documents(name, wire)]
    return [*golden, *wires]


def _is_feed(path: Path) -> bool:
    return path.suffix in {".xml", ".json"} and ".expected" not in path.name


def mutated(seed: int, originals: Sequence[bytes]) -> tuple[str, bytes]:
    """(the damage done first, the document). One to four kinds of damage, one after the other."""
    chance = random.Random(seed)
    data = chance.choice(originals)
    kinds = chance.choices(list(MUTATIONS), k=chance.choice((1, 1, 2, 4)))
    for kind in kinds:
        data = MUTATIONS[kind](data, chance, originals)
    return kinds[0], data[:60_000]


def _flip(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _truncate(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    start, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    return data[:end] if chance.random() < 0.8 else data[start:end]


def _splice(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    other = chance.choice(originals)
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _repeat(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    """A piece between two tags, up to two hundred times."""
    start = data.find(b"<", chance.randint(0, len(data)))
    end = data.find(b">", start + chance.randint(1, 400)) + 1
    if start < 0 or end <= start:
        return data
    return data[:end] + data[start:end] * chance.choice((1, 2, 10, 200)) + data[end:]


def _drop_tag(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    for _ in range(chance.randint(1, 5)):
        start = data.find(b"<", chance.randint(0, len(data)))
        end = data.find(b">", start) + 1
        if start >= 0 and end > start:
            data = data[:start] + data[end:]
    return data


def _mislabel(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    label = chance.choice(_LABELS).encode()
    if chance.random() < 0.5:
        return b'<?xml version="1.0" encoding="' + label + b'"?>' + data[data.find(b"?>") + 2 :]
    charset = chance.choice(("utf-16", "utf-16-le", "utf-32", "cp1256", "koi8-r", "cp037"))
    return data.decode("utf-8", "replace").encode(charset, "replace")


def _nest(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    tag = chance.choice(_TAGS) if chance.random() < 0.9 else b"["
    place = chance.randint(0, len(data))
    return data[:place] + tag * chance.choice((3, 100, 300, 3000)) + data[place:]


def _inject(data: bytes, chance: random.Random, originals: Sequence[bytes]) -> bytes:
    for _ in range(chance.randint(1, 20)):
        place = chance.randint(0, len(data))
        data = data[:place] + chance.choice((*_ENTITIES, *_TAGS)) + data[place:]
    return data


MUTATIONS: dict[str, Callable[[bytes, random.Random, Sequence[bytes]], bytes]] = {
    "flip": _flip,
    "truncate": _truncate,
    "splice": _splice,
    "repeat": _repeat,
    "drop tags": _drop_tag,
    "mislabel": _mislabel,
    "nest": _nest,
    "inject": _inject,
}
