"""Prints the file that the tagger runs from, then what it says of our texts: `python -m tests.compiled.answers`."""

import dataclasses
import sys
from datetime import date

import msgspec

import processors.tag.find
from bench.tagging import GAZETTEER, sparse, wire_copy
from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from tests.golden.tagging.evaluate import read


def main() -> None:
    """Each text as it is, with a headline, a date and a dateline, and in capitals."""
    tagger = Tagger(load_lexicon(GAZETTEER))
    write = sys.stdout.write
    write(f"{processors.tag.find.__file__}\n")
    for number, text in enumerate([*wire_copy(), *sparse(), *(each.body for each in read())]):
        day = date(2012 + number % 13, 3, 5)
        for tags in (
            tagger.tag("", "", text),
            tagger.tag(text[:90], text[40:200], text.replace("'", "’"), published=day, dateline="Aleppo"),
            tagger.tag(text[:90].upper(), "", text.upper()),
        ):
            values = {each.name: getattr(tags, each.name) for each in dataclasses.fields(tags)}
            write(f"{msgspec.json.encode(values).decode()}\n")


if __name__ == "__main__":
    main()
