"""`make eval-tagging`: precision and recall by type and by language over the paragraphs of this folder.

A paragraph is `{id, language, published, headline?, dateline?, body, mentions: [[text, entity_id], …]}`, the
mentions in the order of the text, headline first. What is not listed must not be tagged. An id of `null` says: kept
as unresolved; an id with `?`: undecided between this place and those of its name that lie in it. A mention inside
another one (`airspace` in `violating Turkish airspace`) counts where it is listed only.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import yaml

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from processors.tag.tags import Tags
from store.records import Mention
from store.settings import ROOT

FOLDER = Path(__file__).parent
UNDECIDED = (None, "unresolved")


class Paragraph(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One paragraph with what it names."""

    id: str
    language: str
    published: date
    body: str
    mentions: tuple[tuple[str, str | None], ...]
    headline: str = ""
    dateline: str = ""


class Score(msgspec.Struct):
    """Counts of one type or language."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right ones among those tagged; 1 when nothing was."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Right ones among those expected; 1 when none was."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


class Fault(msgspec.Struct, frozen=True):
    """One mention that is not as it should be. `what`: `missed` or `wrong`."""

    paragraph: str
    what: str
    text: str
    entity_id: str
    rule: str = ""


def read(folder: Path = FOLDER) -> list[Paragraph]:
    """All paragraphs, by file. Raises `ValueError` that names the file."""
    found: list[Paragraph] = []
    for file in sorted(folder.glob("*.yml")):
        rows = yaml.load(
            file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        for number, row in enumerate(rows or (), start=1):
            try:
                found.append(msgspec.convert(row, Paragraph, strict=False))
            except msgspec.ValidationError as error:
                raise ValueError(f"{file.name}: paragraph {number}: {error}") from error
    return found


def tag(tagger: Tagger, paragraph: Paragraph) -> Tags:
    """The tags of a paragraph, as of an article."""
    return tagger.tag(
        paragraph.headline, "", paragraph.body, published=paragraph.published, dateline=paragraph.dateline
    )


def faults(paragraph: Paragraph, tags: Tags) -> tuple[Counter[tuple[str, str]], list[Fault]]:
    """The mentions that are right, as (text, id), and the faults."""
    expected = Counter((text, each) for text, each in paragraph.mentions if each and each not in UNDECIDED)
    tagged = Counter((each.text, _meant(each)) for each in tags.mentions)
    right = expected & tagged
    inner = Counter((each.text, _meant(each)) for each in _inner(tags.mentions))
    wrong = tagged - expected - inner
    rules = {(each.text, _meant(each)): each.rule for each in tags.mentions}
    found = [Fault(paragraph.id, "missed", *each) for each in (expected - tagged).elements()]
    found += [Fault(paragraph.id, "wrong", *each, rules[each]) for each in wrong.elements()]
    return right, found


def _meant(mention: Mention) -> str:
    return f"{mention.entity_id}?" if mention.candidates else mention.entity_id


def _inner(mentions: Sequence[Mention]) -> Iterator[Mention]:
    for each in mentions:
        for other in mentions:
            inside = other.start <= each.start and each.end <= other.end
            if each is not other and each.field == other.field and inside and each.text != other.text:
                yield each
                break


def evaluate(tagger: Tagger, paragraphs: Sequence[Paragraph]) -> tuple[dict[str, Score], list[Fault]]:
    """Scores under `all`, `type …` and `language …`, and every fault."""
    scores: dict[str, Score] = {"all": Score()}
    found: list[Fault] = []
    for paragraph in paragraphs:
        right, wrong = faults(paragraph, tag(tagger, paragraph))
        found += wrong
        kinds = [("right", entity_id) for _, entity_id in right.elements()]
        kinds += [(fault.what, fault.entity_id) for fault in wrong]
        for what, entity_id in kinds:
            for name in ("all", f"type {entity_id.partition('/')[0]}", f"language {paragraph.language}"):
                score = scores.setdefault(name, Score())
                setattr(score, what, getattr(score, what) + 1)
    return scores, found


def main(arguments: Sequence[str]) -> int:
    """Prints the table; with `-v` every fault."""
    paragraphs = read()
    scores, found = evaluate(Tagger(load_lexicon(ROOT / "config" / "gazetteer")), paragraphs)
    if "-v" in arguments:
        for each in found:
            sys.stdout.write(f"{each.paragraph}: {each.what} {each.text!r} {each.entity_id} {each.rule}\n")
    sys.stdout.write(
        f"{len(paragraphs)} paragraphs\n{'':24}{'precision':>10}{'recall':>10}{'mentions':>10}\n"
    )
    for name in sorted(scores):
        score = scores[name]
        total = score.right + score.missed
        sys.stdout.write(f"{name:24}{score.precision:10.3f}{score.recall:10.3f}{total:10}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
