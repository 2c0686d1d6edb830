"""What holds for every test: Hypothesis judges no timings, and in CI it tries the same examples every time."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
    database=None,
)
settings.load_profile("ours")
