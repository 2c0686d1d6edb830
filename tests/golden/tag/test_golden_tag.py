"""Text in, JSON out. After a wanted change: `python -m tests.golden.tag.test_golden_tag`, then read the diff."""

from pathlib import Path

import msgspec
import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

CASES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_tag(case: Path, tagger: Tagger) -> None:
    assert tagged(case, tagger) == case.with_suffix(".expected.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_spans(case: Path, tagger: Tagger) -> None:
    headline, _, body = case.read_text(encoding="utf-8").partition("\n")
    fields = {"headline": headline, "summary": "", "body": body}
    for mention in tagger.tag(headline, "", body).mentions:
        assert fields[mention.field][mention.start : mention.end] == mention.text


def tagged(case: Path, tagger: Tagger) -> str:
    """The first line is the headline, the rest the body. JSON, indented, one trailing newline."""
    headline, _, body = case.read_text(encoding="utf-8").partition("\n")
    tags = tagger.tag(headline, "", body)
    mentions = [f"{each.text} | {each.entity_id} | {each.rule} | {each.field}" for each in tags.mentions]
    content = {
        "mentions": mentions,
        "entity_ids": tags.entity_ids,
        "points": [f"{point.place_id} {point.precision}" for point in tags.geo],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


if __name__ == "__main__":
    shared = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
    for path in CASES:
        path.with_suffix(".expected.json").write_text(tagged(path, shared), encoding="utf-8")
