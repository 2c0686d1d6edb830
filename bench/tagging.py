"""`make bench-tagging`: the whole tagger on one core beside spaCy's matchers on the same aliases. Asserts nothing.

The tagger runs as the containers have it, compiled (build/compiled), and as plain Python, each in a process of its own.

Dense copy is the paragraphs of tests/golden/tagging and the demo's articles, by language, in articles of some 3 kB;
wire copy is the demo's articles alone, which name nearly as much (the table says how much);
sparse text is this project's licence and documents. Speed counts bytes of UTF-8 and the time of this process. The
tagger folds, finds, decides and builds its records; spaCy's two tokenize and match, and decide nothing.
"""

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import yaml

import processors.tag.find
from lexicon.entries import Lexicon
from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT
from tests.golden.tagging.evaluate import read

ARTICLE = 3_000
AT_LEAST = 400_000
ROUNDS = 7
GAZETTEER = ROOT / "config" / "gazetteer"
COMPILED = ROOT / "build" / "compiled"
Texts = Sequence[str]


class Report(msgspec.Struct):
    """What one way of running the tagger gives: which module it ran, and corpus → median and best in MB/s."""

    file: str
    compiled: bool
    speeds: dict[str, tuple[float, float]]


def dense() -> list[str]:
    """Articles of about 3 kB, each in one language."""
    by_language: dict[str, list[str]] = {}
    for paragraph in read():
        by_language.setdefault(paragraph.language, []).append(paragraph.body)
    for language, texts in _demo().items():
        by_language.setdefault(language, []).extend(texts)
    return [article for texts in by_language.values() for article in _joined(texts)]


def wire_copy() -> list[str]:
    """The demo's articles alone, in articles of about 3 kB, each in one language."""
    return [article for texts in _demo().values() for article in _joined(texts)]


def _demo() -> dict[str, list[str]]:
    """Language → the bodies of the demo's articles."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "demo" / "wires").glob("*.yml")):
        wire = yaml.safe_load(file.read_text(encoding="utf-8"))
        found.setdefault(wire["language"], []).extend(each.get("body", "") for each in wire["articles"])
    return found


def sparse() -> list[str]:
    """English that hardly ever names anything of the war."""
    files = [ROOT / "LICENSE", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    return list(_joined(each for file in files for each in file.read_text(encoding="utf-8").split("\n\n")))


def _joined(texts: Iterable[str]) -> Iterator[str]:
    article = ""
    for text in texts:
        article += f"{text.strip()}\n\n"
        if len(article.encode()) >= ARTICLE:
            yield article
            article = ""
    if article:
        yield article


def size(texts: Texts) -> int:
    """Bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts)


def speed(work: Callable[[str], object], texts: Texts) -> tuple[float, float]:
    """Median and best of some rounds, in MB/s."""
    repeat = max(1, AT_LEAST // size(texts))
    taken = []
    for text in texts:
        work(text)
    gc.collect()
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(repeat):
            for text in texts:
                work(text)
        taken.append((time.process_time() - began) / repeat)
    return size(texts) / statistics.median(taken) / 1e6, size(texts) / min(taken) / 1e6


def peers(lexicon: Lexicon) -> dict[str, Callable[[str], object]]:
    """spaCy's PhraseMatcher and EntityRuler on every alias of the gazetteer, letter case aside."""
    import spacy  # noqa: PLC0415  (only here: it takes a second)
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415

    aliases = [
        (entity, value)
        for entity in lexicon.entities.values()
        for names in (entity.names, entity.short, entity.metonyms)
        for values in names.values()
        for value in values
    ]
    nlp = spacy.blank("xx")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    by_type: dict[str, list[Any]] = {}
    for entity, value in aliases:
        by_type.setdefault(entity.type, []).append(nlp.make_doc(value))
    for kind, docs in by_type.items():
        matcher.add(kind, docs)
    ruled = spacy.blank("xx")
    ruler: Any = ruled.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(
        [{"label": entity.type, "pattern": value, "id": entity.id} for entity, value in aliases]
    )
    return {"spaCy PhraseMatcher": lambda text: matcher(nlp.make_doc(text)), "spaCy EntityRuler": ruled}


def ours(compiled: bool) -> Report:
    """The tagger in a process of its own, and its start in others. Raises `CalledProcessError`."""
    report = msgspec.json.decode(_python("-m", "bench.tagging", "--alone", compiled=compiled), type=Report)
    if report.compiled is not compiled:
        raise SystemExit(f"bench: the tagger ran from {report.file}: run `make compiled`")
    return report


def alone() -> Report:
    """What this process measures of the tagger, whichever it has imported."""
    tagger = Tagger(load_lexicon(GAZETTEER))
    speeds = {name: speed(lambda each: tagger.tag("", "", each), texts) for name, texts in corpora().items()}
    file = processors.tag.find.__file__
    return Report(file=file, compiled=not file.endswith(".py"), speeds=speeds)


def start_up(*, compiled: bool) -> tuple[float, float]:
    """Seconds from nothing to a tagger that has tagged, and megabytes then, in a process of its own."""
    code = (
        "import re, time; began = time.perf_counter()\n"
        "from pathlib import Path\n"
        "from lexicon.load import load_lexicon\n"
        "from processors.tag.tagger import Tagger\n"
        f"Tagger(load_lexicon(Path({str(GAZETTEER)!r}))).tag('Assad in Homs')\n"
        "seconds = time.perf_counter() - began\n"
        "peak = re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())\n"
        "print(seconds, int(peak[1]) / 1024)"
    )
    runs = [_python("-c", code, compiled=compiled) for _ in range(3)]
    seconds, megabytes = zip(*(map(float, run.split()) for run in runs), strict=True)
    return statistics.median(seconds), max(megabytes)


def _python(*arguments: str, compiled: bool) -> bytes:
    """What a Python prints that imports the tagger from there."""
    path = os.pathsep.join(map(str, (COMPILED, ROOT) if compiled else (ROOT,)))
    command = (sys.executable, "-P", *arguments)
    return subprocess.run(  # noqa: S603  (our own Python, fixed arguments)
        command, check=True, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}
    ).stdout


def corpora() -> dict[str, Texts]:
    """Name → texts."""
    return {"dense": dense(), "wire copy": wire_copy(), "sparse": sparse()}


def described(lexicon: Lexicon) -> Iterator[str]:
    """What is measured with, a line each."""
    aliases = sum(
        len(v) for e in lexicon.entities.values() for n in (e.names, e.short, e.metonyms) for v in n.values()
    )
    yield f"{len(lexicon.entities)} entities, {aliases} aliases"
    tagger = Tagger(lexicon)
    for name, texts in corpora().items():
        found = sum(len(tagger.tag("", "", each).mentions) for each in texts)
        articles = f"{size(texts)} bytes in {len(texts)} articles"
        yield f"{name}: {articles}, {found} mentions, one in {size(texts) / max(1, found):.0f} bytes"


def main() -> None:
    """Prints a table."""
    write = sys.stdout.write
    lexicon = load_lexicon(GAZETTEER)
    for line in described(lexicon):
        write(f"{line}\n")
    write(f"{'MB/s, median (best)':26}{''.join(f'{name:>16}' for name in corpora())}\n")
    rows = {
        "Syria Wire, compiled": ours(compiled=True).speeds,
        "Syria Wire, as Python": ours(compiled=False).speeds,
    }
    for name, work in peers(lexicon).items():
        rows[name] = {each: speed(work, texts) for each, texts in corpora().items()}
    for name, speeds in rows.items():
        shown = (f"{median:.2f} ({best:.2f})" for median, best in speeds.values())
        write(f"{name:26}{''.join(f'{each:>16}' for each in shown)}\n")
    for name, compiled in (("compiled", True), ("as Python", False)):
        seconds, megabytes = start_up(compiled=compiled)
        write(f"start-up {name}: {seconds:.2f} s, {megabytes:.0f} MB\n")
    write(f"this process, with spaCy: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--alone"]:
        sys.stdout.buffer.write(msgspec.json.encode(alone()))
    else:
        main()
