"""The port that the page is served on."""

import socket
from pathlib import Path

import pytest

from lexicon.load import load_lexicon
from search.access import Limits
from search.serve import gazetteer_labels, limits, listening, serve
from store.errors import SyriaWireError
from store.settings import ROOT, load_settings


def test_entities_carry_the_gazetteers_names() -> None:
    label = gazetteer_labels(load_lexicon(ROOT / "config" / "gazetteer"))
    assert label("place/SY04") == "Homs (governorate)"
    assert label("group/nusra-front") == "Nusra Front"
    assert label("person/nobody-we-know") == "Nobody We Know"


def test_a_free_port_is_taken() -> None:
    with listening("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SyriaWireError) as caught:
            serve(load_settings({"SYRIAWIRE_WEB_PORT": str(port)}))
    expected = f"web page: port {port} on 127.0.0.1 is taken: stop what uses it or set SYRIAWIRE_WEB_PORT"
    assert str(caught.value) == expected


def test_a_host_that_is_not_ours() -> None:
    with pytest.raises(SyriaWireError, match="mend SYRIAWIRE_WEB_HOST"):
        listening("192.0.2.1", 0)
    with pytest.raises(SyriaWireError, match="is not known"):
        listening("nowhere.invalid", 0)


def test_others_are_not_let_in_without_a_token(tmp_path: Path) -> None:
    settings = {
        "SYRIAWIRE_HOME": str(tmp_path),
        "SYRIAWIRE_WEB_HOST": "0.0.0.0",
        "SYRIAWIRE_WEB_PORT": _free_port(),
    }
    with pytest.raises(SyriaWireError, match="lets other machines in, and no token is set"):
        serve(load_settings(settings))


def test_limits_are_settings() -> None:
    assert limits(load_settings({})) == Limits()
    names = ("REQUESTS", "EXPORTS", "LOGINS", "TESTS")
    changed = load_settings({f"SYRIAWIRE_WEB_{name}": str(n) for n, name in enumerate(names, start=1)})
    assert limits(changed) == Limits(requests=1, exports=2, logins=3, tests=4)


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
