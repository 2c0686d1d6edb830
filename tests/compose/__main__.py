"""`make compose-test`: docker-compose.yml for real: up, killed part by part, down. Exit 1: something failed."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.compose import checks, images, tools
from tests.compose.deployment import Deployment, left, of_this_tree
from tests.stack.running import StackError

_FIRST = (
    checks.articles_are_searchable,
    checks.all_is_well,
    checks.the_whole_day_comes,
    checks.kibana_was_given_its_objects,
    checks.a_backup_is_made,
    checks.elasticsearch_asks_who_you_are,
    checks.everything_has_a_health_check,
    checks.nobody_is_root,
    checks.the_tagger_is_compiled,
    checks.file_systems_are_closed,
    checks.ports_are_on_loopback,
    checks.no_secret_stands_in_an_environment,
    checks.enrich_shares_the_work,
)


class Run:
    """Prints a line a step; after a failure goes on with the next, unless the step is one that all others need."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def step(self, what: str, do: Callable[[], str], *, needed: bool = False) -> None:
        """Raises what went wrong if all that follows needs this step."""
        began = time.monotonic()
        try:
            said, mark = do(), "ok  "
        except (
            StackError,
            AssertionError,
            subprocess.SubprocessError,
            OSError,
            ValueError,
            KeyError,
        ) as error:
            said, mark = f"{type(error).__name__}: {error}", "FAIL"
            self.failed.append(what)
            if needed:
                raise
        finally:
            seconds = time.monotonic() - began
        say(f"{mark}  {what}: {said} ({seconds:.0f} s)")


def say(line: str) -> None:
    """With the time, since much of it is waiting."""
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S}  {line}\n")
    sys.stdout.flush()


def main() -> int:
    """Exit code."""
    run = Run()
    try:
        with tools.engine() as engine:
            say(f"Docker: {engine}")
            run.step("images of the servers", images.build, needed=True)
            with of_this_tree() as deployment:
                _all(run, deployment)
            run.step("nothing is left behind", _nothing_left)
    except (StackError, AssertionError) as error:
        say(f"FAIL  cannot go on: {error}")
        return 1
    say(f"FAILED: {', '.join(run.failed)}" if run.failed else "all well")
    return int(bool(run.failed))


def _all(run: Run, deployment: Deployment) -> None:
    def up() -> str:
        deployment.compose("up", "--detach", "--no-build")
        return "docker compose up"

    try:
        run.step("our image, by docker/Dockerfile", lambda: images.ours(deployment), needed=True)
        run.step("make secrets", lambda: checks.secrets_are_made_once(deployment), needed=True)
        run.step("docker compose config", lambda: checks.configuration_is_clean(deployment))
        run.step("up", up, needed=True)
        for check in _FIRST:
            run.step(check.__name__.replace("_", " "), lambda check=check: check(deployment))
        for name in deployment.running():
            run.step(f"kill {name}", lambda name=name: checks.survives_a_kill(deployment, name))
        for name in ("enrich", "group", "index"):
            run.step(f"hang {name}", lambda name=name: checks.a_worker_that_hangs_is_seen(deployment, name))
        run.step("end index from within", lambda: checks.comes_back_by_itself(deployment, "index"))
    finally:
        for name, why in deployment.unwell().items() if run.failed else ():
            say(f"----  {name}: {why}")
            sys.stdout.write(deployment.logs(name))


def _nothing_left() -> str:
    found = left()
    assert not found, found
    return "no container, volume or network"


if __name__ == "__main__":
    raise SystemExit(main())
