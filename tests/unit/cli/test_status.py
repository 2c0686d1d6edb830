"""`syriawire status` as a program reads it that is no terminal."""

from pathlib import Path

from click.testing import CliRunner

from cli.watch import status
from store.connect import open_state
from store.settings import load_settings
from store.state import FeedState, State
from tests.articles import NOON

FEEDS = """\
publisher: Levant Wire
feeds:
  - {id: levant-wire/top, url: "https://levant-wire.example/top", every: 5m}
  - {id: levant-wire/old, url: "https://levant-wire.example/old", every: 5m}
"""


def test_every_table_has_a_header_and_the_ill_come_first(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "levant-wire.yml").write_text(FEEDS, encoding="utf-8")
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path), "SYRIAWIRE_FEEDS": str(tmp_path / "feeds")})
    state: State = open_state(settings)
    state.save_feeds(
        [
            FeedState(feed_id="levant-wire/top", health="ok", last_success=NOON),
            FeedState(feed_id="levant-wire/old", health="stale", detail="newest item of 2015-09-01"),
        ]
    )
    state.close()
    shown = CliRunner().invoke(status, obj=settings, catch_exceptions=False)
    lines = shown.output.splitlines()
    assert lines[0] == "what\tcount\tof"
    assert "index\t0\tarticles" in lines
    header = lines.index("feed\thealth\tlast success\tnext\twhat and what to do")
    assert [line.split("\t")[:2] for line in lines[header + 1 :]] == [
        ["levant-wire/old", "stale"],
        ["levant-wire/top", "ok"],
    ]
    assert "newest item of 2015-09-01: Nothing new" in lines[header + 1]
