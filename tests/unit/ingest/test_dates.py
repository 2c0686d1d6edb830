"""Dates as wires write them; a wrong one is worse than none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import Moment, read_date, read_dates
from ingest.datewords import MONTHS, fold

TEN = datetime(2015, 10, 7, 10, tzinfo=UTC)
MIDNIGHT = datetime(2015, 10, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 07 Oct 2015 10:00:00 GMT", "Wed, 7 Oct 15 13:00 +0300", "wednesday, 07-Oct-15 10:00:00 UT",
        "Wed, 07 Oct 2015 10:00:00 Z", "07 Oct 2015 06:00:00 EDT", "Wed, 07 Oct 2015 13:00:00 +03:00 (EEST)",
        "2015-10-07T10:00:00Z", "2015-10-07t13:00:00.123+03:00", "2015-10-07 13:00:00+03", "2015-10-07T10:00Z",
        "20151007T100000Z", "2015/10/07 13:00 (MSK)", "Wed Oct  7 12:00:00 EET 2015", "Wed Oct 7 10:00:00 +0000 2015",
        "1444212000", "1444212000123", "1444212000.5", " 2015-10-07T10:00:00-00:00\n",
        "Wed, 07 Oct 2015 13:00:00 EEST", "Wed, 07 Oct 2015 12:00:00 CEST", "Wed, 07 Oct 2015 11:00:00 BST",
        "Wed, 07 Oct 2015 13:00:00 TRT", "7 Oct 2015 13:00 GMT+3", "7 Oct 2015 13:00 UTC+03:00", "7.10.2015 13:00 MSK",
        "October 7th, 2015 10:00 am GMT", "Oct. 7, 2015, 1:00 p.m. +0300", "07.10.2015, 13:00 МСК",
        "7 октября 2015, 13:00 МСК", "Среда, 07 окт. 2015 13:00:00 +0300", "7 Ekim 2015 Çarşamba 13:00 +0300",
        "mercredi 7 octobre 2015 12h00 CEST", "mer. 7 oct. 2015 à 10:00 GMT",
        "الأربعاء 7 أكتوبر 2015 10:00 بتوقيت غرينتش", "٧ تشرين الأول ٢٠١٥ ١٣:٠٠ بتوقيت دمشق",
        "7 تشرين الأول/أكتوبر 2015 - 01:00 م بتوقيت دمشق", "۷ أكتوبر 2015 10:00 GMT",
        "7 أكتوبر 2015م 10:00 ص GMT",
        "الأربعاء، 7 أكتوبر 2015، 13:00 بتوقيت مكة المكرمة",
        "7ê Cotmehê 2015 10:00 GMT", "7'ê Çiriya Pêşîn a 2015 10:00 GMT", "٧ی تشرینی یەکەمی ٢٠١٥ ١٠:٠٠ GMT",
        "\u200f7 أكتوبر \u200f2015 10:00 GMT",
    ],
)  # fmt: skip
def test_one_moment_in_many_writings(text: str) -> None:
    assert read_date(text) == Moment(TEN)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2015-10-07", MIDNIGHT),
        ("7 Oct 2015", MIDNIGHT),
        ("Wed Oct  7 10:00:00 2015", TEN),
        ("2015-10-07T10:00:00", TEN),
        ("20151007100000", TEN),
        ("Wed, 07 Oct 2015 10:00:00 XYZ", TEN),
        ("Wed, 07 Oct 2015 10:00:00 +3", TEN),
        ("Wed, 07 Oct 2015 13:00:00 AST", TEN),
        ("mar. 7 oct. 2015 10:00", TEN),
        ("7 كانون الثاني 2015 10:00", datetime(2015, 1, 7, 10, tzinfo=UTC)),
    ],
)
def test_a_guess_is_marked(text: str, at: datetime) -> None:
    assert read_date(text) == Moment(at, guessed=True)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Tue, 06 Oct 2015 24:00:00 GMT", MIDNIGHT),
        ("07 Oct 2015 09:59:60 GMT", datetime(2015, 10, 7, 9, 59, 59, tzinfo=UTC)),
        ("07 Oct 2015 12:00 am GMT", MIDNIGHT),
        ("2012-07-01T12:00:00 MSK", datetime(2012, 7, 1, 8, tzinfo=UTC)),
        ("2020-07-01T12:00:00 TRT", datetime(2020, 7, 1, 9, tzinfo=UTC)),
        ("07 Oct 98 10:00 GMT", datetime(1998, 10, 7, 10, tzinfo=UTC)),
    ],
)
def test_clocks_and_zones(text: str, at: datetime) -> None:
    assert read_date(text) == Moment(at)


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday 10:00", "12 hours ago", "2015", "2015-10", "31 Feb 2015 10:00 GMT", "7 Foober 2015 10:00",
        "Wed, 07 Oct 99999 10:00:00 GMT", "07 Oct 2015 25:00 GMT", "07 Oct 2015 10:61 GMT", "0000-00-00 00:00:00",
        "2015-13-07T10:00:00Z", "7 Oct 7 Nov 2015", "Oct 2015 10:00", "10:00:00", "2015-10-07T10:00:00+99:00",
        "x" * 500,
        "03/04/2015 10:00 GMT", "03-04-15", "9" * 11, "0001-01-01T00:00:00+14:00",
    ],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two(text: str) -> None:
    assert read_date(text) is None


def test_the_other_dates_of_a_feed_tell_which_number_is_the_day() -> None:
    unsure, day_first, month_first = "03/04/2015 10:00 GMT", "23/04/2015 10:00 GMT", "04/23/2015 10:00 GMT"
    march, april = datetime(2015, 3, 4, 10, tzinfo=UTC), datetime(2015, 4, 3, 10, tzinfo=UTC)
    assert read_dates([unsure, day_first])[unsure] == Moment(april)
    assert read_dates([month_first, unsure])[unsure] == Moment(march)
    assert read_dates([unsure])[unsure] is None
    assert read_dates([unsure, day_first, month_first])[unsure] is None
    assert read_date("03.04.2015 10:00 GMT") == Moment(april)
    assert read_date("04/04/2015 10:00 GMT") == Moment(datetime(2015, 4, 4, 10, tzinfo=UTC))


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2049, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001


@given(MOMENTS, st.sampled_from(sorted(MONTHS)))
def test_every_month_by_every_name(at: datetime, name: str) -> None:
    at = at.replace(tzinfo=UTC, month=MONTHS[name], day=min(at.day, 28))
    assert read_date(f"{at.day} {name} {at.year} {at:%H:%M:%S} GMT") == Moment(at)
    assert read_date(f"{name.upper()} {at.day}, {at.year} {at:%H:%M:%S} GMT") == Moment(at)


@given(MOMENTS)
def test_standard_forms(at: datetime) -> None:
    at = at.replace(tzinfo=UTC)
    for text in (at.isoformat(), f"{at:%a, %d %b %Y %H:%M:%S +0000}", str(int(at.timestamp()))):
        if len(text) > 8:
            assert read_date(text) == Moment(at)


@given(st.text(max_size=60) | st.text("0123456789:/-+. GMTocتم", max_size=40))
def test_any_text(text: str) -> None:
    read_dates([text, fold(text)])
