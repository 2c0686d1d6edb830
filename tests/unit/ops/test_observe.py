"""What a look at feeds and stages writes down."""

from pathlib import Path

from ops.observe import observations, observe
from ops.poll import FeedHealth
from ops.status import Status
from store.observed import Observation
from store.settings import load_settings
from tests.articles import NOON


def feed(feed_id: str, health: str, **more: object) -> FeedHealth:
    made: dict[str, object] = {
        "feed_id": feed_id,
        "publisher": "Wire",
        "url": "u",
        "health": health,
        "remedy": "r",
    }
    return FeedHealth(**{**made, **more})  # type: ignore[arg-type]


def test_a_line_a_feed_a_line_a_stage_and_one_of_the_whole() -> None:
    seen = Status(
        topics={"articles.raw": 7},
        lag={"enrich": 2, "index": 0},
        articles=5,
        dead=1,
        saved=[],
        feeds=[
            feed("w/good", "unchanged", last_success=NOON, items_total=9),
            feed("w/bad", "timeout", detail="30 s", failures=3, overdue=True),
        ],
    )
    assert observations(seen, NOON) == [
        Observation(
            at=NOON, kind="feed", feed_id="w/good", publisher="Wire", health="unchanged", answers=True, overdue=False,
            failures=0, items_total=9, last_success=NOON,
        ),
        Observation(
            at=NOON, kind="feed", feed_id="w/bad", publisher="Wire", health="timeout", answers=False, overdue=True,
            detail="30 s", failures=3, items_total=0,
        ),
        Observation(at=NOON, kind="stage", stage="enrich", lag=2),
        Observation(at=NOON, kind="stage", stage="index", lag=0),
        Observation(at=NOON, kind="pipeline", articles=5, dead_letters=1),
    ]  # fmt: skip


def test_an_embedded_index_has_no_dashboards(tmp_path: Path) -> None:
    assert observe(load_settings({"SYRIAWIRE_HOME": str(tmp_path)}), NOON) == 0
    assert list(tmp_path.iterdir()) == []
