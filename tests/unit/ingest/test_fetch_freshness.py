"""What an answer says of time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch.freshness import max_age, retry_after

NOW = datetime(2015, 10, 5, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0.5", None),
        ("0", None),
        ("999999999", 86400),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("١٢", None),
        ("Mon, 05 Oct 2015 08:02:00 GMT", 120),
        ("Monday, 05-Oct-15 08:02:00 GMT", 120),
        ("Mon Oct  5 08:02:00 2015", 120),
        ("Mon, 05 Oct 2015 10:02:00 +0200", 120),
        ("Mon, 05 Oct 2015 07:00:00 GMT", None),
        ("Mon, 05 Oct 2099 07:00:00 GMT", 86400),
        ("Mon, 05 Oct 999999 07:00:00 GMT", None),
    ],
)
def test_retry_after(said: str, seconds: int | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"retry-after": said}, NOW) == wanted


def test_dates_are_by_the_clock_of_the_publisher() -> None:
    ahead = {"date": "Mon, 05 Oct 2015 11:00:00 GMT", "retry-after": "Mon, 05 Oct 2015 11:01:00 GMT"}
    assert retry_after(ahead, NOW) == timedelta(minutes=1)
    fresh = {"date": "Mon, 05 Oct 2015 11:00:00 GMT", "expires": "Mon, 05 Oct 2015 11:05:00 GMT"}
    assert max_age(fresh, NOW) == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=300"}, 300),
        ({"cache-control": "public, Max-Age = 300, s-maxage=9"}, 300),
        ({"cache-control": 'max-age="300"'}, 300),
        ({"cache-control": "max-age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "900"}, 0),
        ({"cache-control": "max-age=300", "expires": "Mon, 05 Oct 2015 09:00:00 GMT"}, 300),
        ({"cache-control": "no-cache", "expires": "Mon, 05 Oct 2015 09:00:00 GMT"}, 3600),
        ({"cache-control": "max-age=999999999"}, 30 * 86400),
        ({"expires": "Mon, 05 Oct 2015 07:00:00 GMT"}, 0),
        ({"expires": "0"}, None),
        ({"cache-control": "s-maxage=300, x-max-age=7"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({}, None),
    ],
)
def test_max_age(headers: dict[str, str], seconds: int | None) -> None:
    assert max_age(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "cache-control", "age", "expires", "date"]),
    st.text("0189 ,;:=-+.GMTagemx\xe9\u0661", max_size=30)
    | st.from_regex(r"(max-age=)?[0-9]{0,12}", fullmatch=True)
    | st.datetimes(timezones=st.just(UTC)).map(lambda each: format_datetime(each, usegmt=True)),
)


@given(HEADERS)
def test_whatever_is_said_the_answer_is_in_bounds(headers: dict[str, str]) -> None:
    pause = retry_after(headers, NOW)
    assert pause is None or timedelta() < pause <= timedelta(days=1)
    age = max_age(headers, NOW)
    assert age is None or timedelta() <= age <= timedelta(days=30)
