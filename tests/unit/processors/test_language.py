"""Languages: script first, statistics second, the feed's word where both are unsure."""

import pytest

from processors.language import detect

ENGLISH = "Government forces advanced on the town on Wednesday, residents and a monitoring group said."


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (ENGLISH, "", "en"),
        (ENGLISH, "ar", "en"),
        ("Les frappes aériennes ont visé plusieurs quartiers de la ville, selon des habitants.", "", "fr"),
        ("Rus savaş uçakları dün gece kentin kuzeyindeki köyleri vurdu, sakinler söyledi.", "", "tr"),
        ("Die Truppen rückten am Mittwoch auf die Stadt vor, sagten Bewohner der Region.", "", "de"),
        ("Las fuerzas del gobierno avanzaron hacia la ciudad el miércoles, según los vecinos.", "", "es"),
        ("Hezên Sûriya Demokratîk li bajarê Reqayê şer dikin û pêşve diçin.", "", "ku"),
        ("قال ناشطون إن الطائرات استهدفت المدينة يوم الأربعاء", "", "ar"),
        ("فعالان می‌گویند که هواپیماها چهارشنبه شهر را هدف گرفتند و پنج نفر کشته شدند", "", "fa"),
        ("هێزەکانی سوریای دیموکرات لە شاری ڕەققە شەڕ دەکەن", "", "ku"),
        ("Самолёты нанесли удары по объектам боевиков в среду, сообщили в министерстве", "", "ru"),
        ("Літаки завдали ударів по місту в середу, повідомили її мешканці", "", "uk"),
        ("Assad", "tr", "tr"),
        ("Assad", "EN-gb", "en"),
        ("Assad", "", ""),
        ("سوریه", "fa", "fa"),
        ("Assad", "ar", ""),
        ("Сирия", "en", "ru"),
        ("Сирия", "uk", "uk"),
        ("123 …", "ar", "ar"),
        ("", "", ""),
    ],
)
def test_detect(text: str, declared: str, language: str) -> None:
    assert detect(text, declared) == language
