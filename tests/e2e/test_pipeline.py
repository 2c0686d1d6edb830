"""The demo's wires through poll, log, processors and index, on the embedded ports."""

from pathlib import Path

from ops.poll import health_report, poll
from ops.verify import verify
from store.connect import open_index, open_log
from store.records import Article
from tests.articles import NOON
from tests.e2e.conftest import Pipeline, Wires, make_pipeline

UPDATE, CORRECTION, WITHDRAWAL = "lw-20151007-02", "lw-20151007-03", "lw-20151007-05"
STAGES_OF_THE_DAY = 3


def whole_day(pipeline: Pipeline) -> None:
    for _ in range(STAGES_OF_THE_DAY):
        pipeline.poll()
        pipeline.work()


def is_well(pipeline: Pipeline) -> bool:
    log, index = open_log(pipeline.settings), open_index(pipeline.settings)
    found = verify(log, index, wait=0)
    log.close()
    index.close()
    assert found.problems == []
    return found.ok


def forms(versions: list[Article]) -> list[str]:
    return [article.headline.split(":")[0] for article in versions]


def test_a_wire_day_from_poll_to_search(pipeline: Pipeline) -> None:
    assert set(pipeline.poll().values()) == {"ok"}
    first = pipeline.work()
    assert first["enrich"] == first["group"] == first["index"] > 40
    assert {each.language for each in pipeline.articles("Qaryatain")} == {"en"}
    assert any(each.language == "ar" for each in pipeline.articles("القريتين"))
    pipeline.poll()
    assert 0 < pipeline.work()["index"] < first["index"]
    pipeline.poll()
    pipeline.work()
    assert len(pipeline.history(UPDATE)) == 2
    assert forms(pipeline.history(CORRECTION))[0] == "CORRECTION"
    assert pipeline.history(CORRECTION)[0].signals == ("correction",)
    withdrawn = pipeline.history(WITHDRAWAL)
    assert [article.pubstatus for article in withdrawn] == ["canceled", "usable"]
    assert set(pipeline.poll().values()) == {"unchanged"}
    assert pipeline.work() == {"enrich": 0, "group": 0, "index": 0}
    assert is_well(pipeline)


def test_copies_on_the_rewriting_site_are_traced(pipeline: Pipeline) -> None:
    for _ in range(2):  # it copies at the second poll what the others carried at the first
        pipeline.poll()
        pipeline.work()
    palmyra = [each for each in pipeline.articles("Palmyra") if "Arch of Triumph" in each.headline]
    copies = [each for each in palmyra if each.copy_of]
    assert copies
    assert {each.copy_kind for each in copies} == {"identical"}
    assert {each.feed_id for each in copies} == {"echo-mill/world"}
    assert {each.copy_of for each in copies} <= {each.id for each in palmyra}


def test_a_lost_state_store_doubles_nothing_and_a_later_correction_wins(pipeline: Pipeline) -> None:
    pipeline.poll()
    pipeline.work()
    before = len(pipeline.articles("Syria")), len(pipeline.history(CORRECTION))
    for file in pipeline.settings.home.glob("state.db*"):
        file.unlink()
    pipeline.poll()
    assert pipeline.work()["index"] == 0
    assert (len(pipeline.articles("Syria")), len(pipeline.history(CORRECTION))) == before
    pipeline.poll()
    pipeline.poll()
    pipeline.work()
    assert forms(pipeline.history(CORRECTION))[0] == "CORRECTION"
    assert is_well(pipeline)


FAULTS = {
    "broken": "unparsable",  # its one entry is cut off
    "html": "html_instead",
    "empty": "empty",
    "500": "server_error",
}


def test_feeds_that_go_wrong_have_one_health_state_each_and_the_others_go_on(
    tmp_path: Path, wires: Wires
) -> None:
    url = wires("--faults")
    catalogue = tmp_path / "feeds"
    catalogue.mkdir()
    paths = {**{name: f"faults/{name}.xml" for name in FAULTS}, "well": "feeds/levant-wire.xml"}
    feeds = [
        f"  - {{id: trouble/{name}, url: '{url}/{path}', every: 15m, allow_private: true}}"
        for name, path in paths.items()
    ]
    (catalogue / "trouble.yml").write_text("\n".join(["publisher: Trouble", "feeds:", *feeds]))
    pipeline = make_pipeline(tmp_path / "home", url, feeds=catalogue)
    expected = {**{f"trouble/{name}": health for name, health in FAULTS.items()}, "trouble/well": "ok"}
    assert pipeline.poll() == expected
    shown = {feed.feed_id: feed for feed in health_report(pipeline.settings, NOON)}
    assert {id_: feed.health for id_, feed in shown.items()} == expected
    assert all(feed.remedy and "\n" not in feed.detail for feed in shown.values())
    assert "not well-formed" in shown["trouble/broken"].detail
    assert pipeline.work()["index"] > 0
    assert is_well(pipeline)


def test_a_text_of_the_readers_own_goes_through(tmp_path: Path, wires: Wires) -> None:
    text = tmp_path / "story.txt"
    text.write_text(
        "Russian jets hit Sha’ar gas field\n"
        "Missiles of the Kalibr kind struck near Qaryatain. The Nusra Front was among those named as targets.\n"
    )
    catalogue = tmp_path / "feeds"
    catalogue.mkdir()
    url = wires("--extra", str(text))
    (catalogue / "extra.yml").write_text(
        "publisher: Extra\nfeeds:\n"
        f"  - {{id: extra/one, url: '{url}/extra.xml', language: en, every: 15m, allow_private: true}}\n"
    )
    pipeline = make_pipeline(tmp_path / "home", url, feeds=catalogue)
    assert [result.health for result in poll(pipeline.settings)] == ["ok"]
    pipeline.work()
    asked = ("Nusra", "Qaryatain", "Shaar", "Kalibr")
    assert [len(pipeline.articles(word)) for word in asked] == [1, 1, 1, 1]
