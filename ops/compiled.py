"""The tagger as machine code: `python -m ops.compiled FOLDER`, for `make compiled` and for docker/Dockerfile.

mypyc compiles the modules as they are; the same code runs without it, at half the speed. FOLDER gets the packages
`lexicon` and `processors` whole. Who has it on its path (`PYTHONPATH=FOLDER`) uses them instead of ours; nobody else
does, so that an edited file is never hidden by what was compiled before.
"""

import io
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from store.settings import ROOT

_PACKAGES = ("lexicon", "processors")
_MODULES = ("lexicon/entity.py", "lexicon/fold.py", "lexicon/transliteration.py", "processors/tag/*.py")
_LEFT_OUT = frozenset(("__init__.py", "page.py"))  # no article passes through them


def modules() -> list[str]:
    """The files that are compiled, from the root of the tree."""
    found = [file for pattern in _MODULES for file in ROOT.glob(pattern) if file.name not in _LEFT_OUT]
    return sorted(str(file.relative_to(ROOT)) for file in found)


def lack() -> str:
    """What this machine has not that compiling needs, and what to do; empty: nothing."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"no C compiler {compiler!r}: install one (Debian: apt-get install gcc)"
    header = Path(sysconfig.get_path("include"), "Python.h")
    if not header.exists():
        return f"no {header}: install the headers of Python (Debian: apt-get install python3-dev)"
    return ""


def compile_into(folder: Path) -> None:
    """Writes the packages there. Raises `SystemExit` with what mypyc found wrong."""
    from mypyc.build import mypycify  # noqa: PLC0415  (needed by nothing that runs)
    from setuptools import setup  # noqa: PLC0415

    for name in _PACKAGES:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as work:
        try:
            with redirect_stdout(said):  # advice on style, unless it fails
                extensions = mypycify(
                    modules(),
                    target_dir=f"{work}/c",
                    group_name="syria_wire_tag",
                    debug_level="0",
                )
        except SystemExit as error:
            raise SystemExit(f"{said.getvalue()}{error}") from error
        built = ["--quiet", "build_ext", f"--build-lib={folder}", f"--build-temp={work}/o"]
        setup(name="syria-wire", ext_modules=extensions, packages=[], script_args=built)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 2 where this machine cannot compile."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m ops.compiled FOLDER\n")
        return 2
    if lacking := lack():
        sys.stderr.write(f"compiled: {lacking}\n")
        return 2
    folder = Path(arguments[0]).absolute()
    os.chdir(ROOT)  # mypyc looks there for the files and for the options in pyproject.toml
    compile_into(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
