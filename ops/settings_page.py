"""docs/settings.md out of store/settings.py: `python -m ops.settings_page docs/settings.md [--check]`."""

import ast
import itertools
import sys
from pathlib import Path

import msgspec

from store import settings

_HEAD = """# Settings

Environment variables, or lines `name: value` in a YAML file that `SYRIAWIRE_SETTINGS` names: there in small letters and
without `SYRIAWIRE_`. The environment wins. `SYRIAWIRE_X_FILE` names a file with the value of `SYRIAWIRE_X`:
keep secrets so. What is unknown or ill-typed stops the program and says what would be right.
`syriawire doctor` tests what is in force.

| setting | default | what |
|---|---|---|
"""


def page() -> str:
    """The page, made of the fields of `Settings` and the docstrings below them."""
    meanings = _meanings()
    rows = []
    for field in msgspec.structs.fields(settings.Settings):
        shown = _shown(field.name, field.default)
        rows.append(f"| `{settings.PREFIX}{field.name.upper()}` | {shown} | {meanings[field.name]} |\n")
    return _HEAD + "".join(rows)


def _shown(name: str, default: object) -> str:
    if isinstance(default, Path):
        default = default.relative_to(settings.ROOT) if default.is_absolute() else default
    if default is None or default == "":
        return f"`<home>/{settings.HOME_FOLDERS[name]}`" if name in settings.HOME_FOLDERS else ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _meanings() -> dict[str, str]:
    """Field → the text below it, which Python itself throws away."""
    module = ast.parse(Path(settings.__file__).read_text(encoding="utf-8"))
    body = next(
        node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    found = {}
    for field, text in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            if not (isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)):
                raise SystemExit(f"store/settings.py: {field.target.id}: write below it what it means")
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found


def main(arguments: list[str]) -> int:
    """Exit code 1: the page is not what it should be."""
    path = Path(arguments[-1])
    if "--check" not in arguments:
        path.write_text(page(), encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != page():
        sys.stderr.write(f"{path}: not true any more: run `make schema`\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
