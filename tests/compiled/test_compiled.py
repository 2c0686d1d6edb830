"""The compiled tagger says what the tagger says as Python, and passes the same tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops import compiled
from tests.golden.tagging.evaluate import read

ROOT = compiled.ROOT
TESTS = (
    "tests/unit/processors",
    "tests/unit/lexicon",
    "tests/golden",
    "tests/unit/cli/test_tag.py",
    "tests/unit/search/test_api_routes.py",
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def python(
    *arguments: str, path: tuple[Path, ...] = (ROOT,), **more: str
) -> subprocess.CompletedProcess[str]:
    """What a Python of its own does that looks for modules there, and nowhere in its folder."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), **more}
    command = (sys.executable, "-P", *arguments)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.environ.get("CI") != "true" and (lack := compiled.lack()):
        pytest.skip(lack)
    made = tmp_path_factory.mktemp("compiled")
    done = python("-m", "ops.compiled", str(made))
    assert done.returncode == 0, done.stderr
    return made


def test_every_answer_is_the_same(folder: Path) -> None:
    file, *answers = python("-m", "tests.compiled.answers", path=(folder, ROOT)).stdout.splitlines()
    own_file, *own = python("-m", "tests.compiled.answers").stdout.splitlines()
    assert Path(file).is_relative_to(folder)
    assert not file.endswith(".py")
    assert Path(own_file) == ROOT / "processors" / "tag" / "find.py"
    assert len(own) > 3 * len(read())
    assert answers == own


def test_it_passes_the_tests_of_the_tagger(folder: Path) -> None:
    done = python("-m", "pytest", "-o", "pythonpath=", "--import-mode=append", *TESTS, path=(folder, ROOT))
    assert done.returncode == 0, done.stdout[-4_000:]


def test_nothing_but_packages_and_modules_is_left_behind(folder: Path) -> None:
    tops = {each.name.partition(".")[0] for each in folder.iterdir()}
    assert tops == {"lexicon", "processors", "syria_wire_tag__mypyc"}
    made = {str(each.relative_to(folder)).partition(".")[0] for each in folder.glob("*/**/*.so")}
    assert made == {module.removesuffix(".py") for module in compiled.modules()}


def test_without_a_compiler_it_says_what_to_install(tmp_path: Path) -> None:
    done = python("-m", "ops.compiled", str(tmp_path), CC="no-such-compiler -O2")
    assert done.returncode == 2
    assert done.stderr == (
        "compiled: no C compiler 'no-such-compiler': install one (Debian: apt-get install gcc)\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_compiler_that_fails_is_named(tmp_path: Path) -> None:
    done = python("-m", "ops.compiled", str(tmp_path), CC="false")
    assert done.returncode not in (0, 2)
    assert "'false'" in done.stderr
