"""The tagger finds what a reader would mark in paragraphs of our own. `make eval-tagging` prints the table."""

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT
from tests.golden.tagging.evaluate import Paragraph, evaluate, faults, read, tag

PRECISION, RECALL = 0.97, 0.95
PARAGRAPHS = read()


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


def test_precision_and_recall(tagger: Tagger) -> None:
    scores, found = evaluate(tagger, PARAGRAPHS)
    for name, score in scores.items():
        if name == "all" or name.startswith("type "):
            told = f"{name}: {score.precision:.3f} / {score.recall:.3f}; {found}"
            assert score.precision >= PRECISION, told
            assert score.recall >= RECALL, told


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=lambda paragraph: paragraph.id)
def test_the_paragraph_holds_its_mentions_in_order(paragraph: Paragraph) -> None:
    text, at = f"{paragraph.headline}\n{paragraph.body}", 0
    for mention, _ in paragraph.mentions:
        at = text.find(mention, at)
        assert at != -1, f"{mention!r} is missing, or out of order"


def test_ids_are_unique() -> None:
    ids = [paragraph.id for paragraph in PARAGRAPHS]
    assert len(ids) == len(set(ids))


def test_every_id_is_in_the_gazetteer(tagger: Tagger) -> None:
    known = tagger.lexicon.entities
    expected = {each.removesuffix("?") for paragraph in PARAGRAPHS for _, each in paragraph.mentions if each}
    assert {each for each in expected if each != "unresolved" and each not in known} == set()


def test_undecided_places_are_kept_with_candidates(tagger: Tagger) -> None:
    paragraph = next(each for each in PARAGRAPHS if each.id == "rules-en-undecided-village")
    kept = tag(tagger, paragraph).unresolved
    assert [each.text for each in kept] == ["Zahraa"]
    assert len(kept[0].candidates) > 1


def test_a_mention_in_another_one_counts_where_it_is_listed_only(tagger: Tagger) -> None:
    body = "They were violating Turkish airspace."
    whole, inner = ("violating Turkish airspace", "theme/airspace-violation"), ("airspace", "theme/airspace")
    for listed in ((whole,), (whole, inner)):
        paragraph = Paragraph(
            id="a", language="en", published=PARAGRAPHS[0].published, body=body, mentions=listed
        )
        right, wrong = faults(paragraph, tag(tagger, paragraph))
        assert (set(right), wrong) == (set(listed), [])


def test_faults_are_told(tagger: Tagger) -> None:
    paragraph = Paragraph(
        id="a",
        language="en",
        published=PARAGRAPHS[0].published,
        body="Vladimir Putin is in Homs.",
        mentions=(("Putin", "person/vladimir-putin"),),
    )
    right, wrong = faults(paragraph, tag(tagger, paragraph))
    assert not right
    assert {(each.what, each.text) for each in wrong} == (
        {("missed", "Putin"), ("wrong", "Vladimir Putin"), ("wrong", "Homs")}
    )
