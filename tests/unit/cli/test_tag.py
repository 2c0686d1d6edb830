"""`tag` and `gazetteer gaps`: what goes in, what comes out."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.gazetteer import gazetteer
from cli.tag import day, tag
from lexicon.load import load_lexicon
from processors.enrich import Enrich
from store.connect import open_index
from store.errors import SyriaWireError
from store.settings import load_settings
from tests.articles import article


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(tag, list(arguments), input=stdin, obj=load_settings(), catch_exceptions=False)


def lines(result: Result) -> list[dict]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_plain_text() -> None:
    (found,) = lines(run(stdin="Assad met Shoigu in Homs province."))
    assert found["id"] == ""
    assert found["person_ids"] == ["person/bashar-al-assad", "person/sergei-shoigu"]
    assert found["geo"][0]["precision"] == "governorate"
    assert "evidence" not in found["mentions"][0]


def test_json_lines_of_any_shape() -> None:
    article = {
        "id": 7,
        "headline": "Assad",
        "body": None,
        "published": "Wed, 07 Oct 2015 10:00:00 GMT",
        "dateline": 3,
    }
    empty = {"id": "x", "more": [1]}
    found = lines(run(stdin=f"\ufeff{json.dumps(article)}\n\n{json.dumps(empty)}\n".encode()))
    assert [each["id"] for each in found] == [7, "x"]
    assert [mention["text"] for mention in found[0]["mentions"]] == ["Assad"]
    assert found[1]["mentions"] == []


def test_a_broken_line_is_named() -> None:
    with pytest.raises(SyriaWireError, match="line 2"):
        run(stdin='{"id": "1"}\n{"id"\n')


def test_explain_and_published() -> None:
    (found,) = lines(
        run("--explain", "--published", "2015-10-07", stdin="John Kerry left. Kerry will be back.")
    )
    assert found["mentions"][1]["rule"] == "short:named"
    assert found["mentions"][1]["evidence"] == "named as John Kerry"
    assert run("--published", "soon", stdin="x").exit_code == 2


def test_html() -> None:
    result = run("--html", stdin='{"id": "a&b", "headline": "Assad <b>"}\n{"id": "c", "body": "Homs"}')
    assert result.stdout.count("<article>") == 2
    assert "Assad</mark> &lt;b&gt;" in result.stdout


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-10-07", "2015-10-07"),
        ("2015-10-07T23:00:00Z", "2015-10-07"),
        ("Wed, 07 Oct 2015 10:00:00 +0300", "2015-10-07"),
        ("2015-13-07", None),
        ("soon", None),
        (None, None),
        (20151007, None),
    ],
)
def test_day(value: object, expected: str | None) -> None:
    found = day(value)
    assert (found.isoformat() if found else None) == expected


def test_gaps_of_files(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    body = "Shells fell in Homs and on the village of Kafr Foobar. In Kafr Foobar one man died."
    rows = [
        {"id": "one", "body": body},
        {"id": "two", "body": "Homs: the village of Kafr-Foobar, the village of Tal Quux"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    result = CliRunner().invoke(
        gazetteer, ["gaps", str(file), "--json"], obj=load_settings(), catch_exceptions=False
    )
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["count"], each["name"], each["example"]) for each in found] == (
        [(3, "Kafr Foobar", "one"), (1, "Tal Quux", "two")]
    )
    with pytest.raises(SyriaWireError, match="cannot be read"):
        CliRunner().invoke(gazetteer, ["gaps", "no-such"], obj=load_settings(), catch_exceptions=False)


def test_gaps_of_an_index(tmp_path: Path) -> None:
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path / "var")})
    enrich = Enrich(load_lexicon(settings.gazetteer))
    bodies = [
        "Shells fell on the village of Kafr Foobar in Homs province. In Kafr Foobar one man died.",
        "قصف على قرية فلفلونة في ريف حمص.",
        "سقطت قذائف على قرية فلفلونة في ريف حماة، وعلى قرية كفر فلفلون.",
    ]
    articles = [article(f"a{number}", minutes=-number, body=body) for number, body in enumerate(bodies)]
    withdrawn = article("gone", body="The village of Tal Quux in Homs province.", pubstatus="canceled")
    with closing(open_index(settings)) as index:
        index.put([enrich(each) for each in (*articles, withdrawn)])
        index.refresh()
    result = CliRunner().invoke(gazetteer, ["gaps", "--json"], obj=settings, catch_exceptions=False)
    found = {each["name"]: each for each in map(json.loads, result.stdout.splitlines())}
    assert {name: each["count"] for name, each in found.items()} == (
        {"Kafr Foobar": 2, "فلفلونة": 2, "كفر فلفلون": 1}
    )
    assert found["Kafr Foobar"]["example"] == articles[0].id
    listed = CliRunner().invoke(gazetteer, ["gaps", "--limit", "1"], obj=settings, catch_exceptions=False)
    assert "Kafr Foobar" in listed.stdout
    assert "كفر فلفلون" not in listed.stdout
