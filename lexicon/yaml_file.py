"""YAML as analysts write it: dates stay text, no key of an entry may stand twice, errors say where."""

from pathlib import Path
from typing import Any, ClassVar, Final

import yaml

from lexicon.entries import LexiconError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT: Final = "tag:yaml.org,2002:str"


class _Loader(_Base):  # type: ignore[misc]
    """YAML without its timestamps: `2015-02-17` stays the text that the analyst wrote."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }


def read_yaml(file: Path) -> object:
    """What a file holds. Raises `LexiconError`."""
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            return None if node is None else _held(loader, node)
        finally:
            loader.dispose()
    except OSError as error:
        raise LexiconError(f"{file}: cannot be read ({error.strerror}): restore it") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise LexiconError(f"{file}: not YAML: {error}") from error


def _held(loader: _Loader, node: yaml.Node) -> object:
    """What a node holds, as the loader would construct it, in a tenth of its time."""
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.tag == _TEXT else loader.construct_object(node)
    if isinstance(node, yaml.SequenceNode):
        return [_held(loader, each) for each in node.value]
    found: dict[object, object] = {}
    for key, value in node.value:
        name = _held(loader, key)
        if isinstance(name, (list, dict)) or name in found:
            wrong = "is no name" if isinstance(name, (list, dict)) else "stands twice: keep one"
            raise yaml.MarkedYAMLError(problem=f"the key {name!r} {wrong}", problem_mark=key.start_mark)
        found[name] = _held(loader, value)
    return found
