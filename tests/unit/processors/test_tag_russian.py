"""Russian phrases in their cases, through the finder."""

import pytest

from lexicon.load import load_lexicon
from processors.tag.russian import declined
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


@pytest.mark.parametrize(
    ("text", "entity_id"),
    [
        ("Сергею Лаврову", "person/sergei-lavrov"),
        ("Сергеем Шойгу", "person/sergei-shoigu"),
        ("воздушных ударах", "theme/airstrike"),
        ("воздушными ударами", "theme/airstrike"),
        ("Свободной сирийской армией", "group/free-syrian-army"),
        ("режимом Асада", "state/syria/government"),
    ],
)
def test_cases(text: str, entity_id: str) -> None:
    assert [(each.text, each.entity_id) for each in TAGGER.tag("", "", f"о {text}.").mentions] == [
        (text, entity_id)
    ]


def test_only_words_are_declined() -> None:
    assert list(declined("су 34", person=False)) == []
    assert "сергею лавров" in set(declined("сергеи лавров", person=True))
