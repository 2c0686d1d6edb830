"""5,000 damaged feeds; `make fuzz` runs 100,000."""

import pytest

from tests.fuzz.mutate import corpus, mutated
from tests.fuzz.run import fuzz


@pytest.mark.parametrize("block", range(10))
@pytest.mark.slow
def test_damaged_feeds_break_nothing(block: int) -> None:
    outcomes, _ = fuzz(range(block * 500, block * 500 + 500))
    assert outcomes.total() == 500


def test_a_seed_gives_the_same_document() -> None:
    originals = corpus()
    assert [mutated(seed, originals) for seed in range(50)] == [
        mutated(seed, originals) for seed in range(50)
    ]
