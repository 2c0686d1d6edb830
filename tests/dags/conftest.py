"""Airflow reads its home when it is first imported, so a home of the tests' own must be there before that."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflow.sdk import DAG

_HOME = tempfile.TemporaryDirectory(prefix="syriawire-dags-")
ROOT = Path(__file__).resolve().parents[2]

os.environ["AIRFLOW_HOME"] = _HOME.name
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(ROOT / "dags")
os.environ["AIRFLOW__CORE__EXECUTOR"] = "LocalExecutor"


@pytest.fixture(scope="session")
def airflow_database() -> Iterator[None]:
    """A migrated database in the tests' Airflow home."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of third parties, at import and in old migrations: not ours to mend
        from airflow.utils.db import initdb  # noqa: PLC0415  (after AIRFLOW_HOME is set)

        initdb()
    yield
    _HOME.cleanup()


@pytest.fixture
def load_dag(airflow_database: None) -> Callable[[str], "DAG"]:
    """Name of a DAG → the DAG, parsed anew with the settings of now."""

    def load(name: str) -> "DAG":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415  (after AIRFLOW_HOME is set)

            bag = DagBag(str(ROOT / "dags" / f"{name}.py"))
        assert bag.import_errors == {}
        return bag.dags[name]

    return load
