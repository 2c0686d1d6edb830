"""What was found, for the eye: one HTML page without scripts or anything from elsewhere. Pure; all text is escaped."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from processors.tag.tags import Tags

_STYLE = """
body { font: 17px/1.6 Georgia, serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }
article { border-top: 1px solid #bbb; padding: 1em 0; } p { white-space: pre-wrap; }
mark { padding: 0 .15em; border-radius: .2em; } mark mark { outline: 1px solid #fff; }
.person { background: #ffe08a; } .group { background: #f6b8a8; } .state { background: #b9d4f5; }
.place { background: #bfe5b5; } .weapon { background: #d9c6ec; } .theme { background: #e3e0d8; }
.unresolved { background: none; border-bottom: 2px dotted #c00; }
"""
_LEGEND = ("person", "group", "state", "place", "weapon", "theme", "unresolved")


def page(sections: Iterable[str]) -> str:
    """A whole page of sections."""
    legend = " ".join(f'<mark class="{kind}">{kind}</mark>' for kind in _LEGEND)
    body = "\n".join(sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Syria Wire: names</title>'
        f"<style>{_STYLE}</style></head>\n<body><p>{legend}</p>\n{body}\n</body></html>\n"
    )


def section(name: str, fields: Mapping[str, str], tags: Tags) -> str:
    """One article: its fields with every mention marked. What is marked says on hover what it is, and why."""
    parts = [f"<h2>{escape(name)}</h2>"] if name else []
    for field, text in fields.items():
        if text:
            tag = "h3" if field == "headline" else "p"
            parts.append(f'<{tag} dir="auto">{_marked(text, list(_marks(field, tags)))}</{tag}>')
    return f"<article>{''.join(parts)}</article>"


def _marks(field: str, tags: Tags) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, class, what it says on hover)."""
    for mention, why in zip(tags.mentions, tags.evidence, strict=True):
        if mention.field == field:
            says = f"{mention.entity_id} · {mention.rule} · {mention.confidence:.2f}"
            says += "".join(f" · {each}" for each in (mention.role, why) if each)
            yield mention.start, mention.end, mention.type, says
    for each in tags.unresolved:
        if each.field == field:
            yield each.start, each.end, "unresolved", " · ".join((each.reason, *each.candidates))


def _marked(text: str, marks: list[tuple[int, int, str, str]]) -> str:
    """Marks may lie in each other; one that only overlaps another is left out."""
    out: list[str] = []
    open_ends: list[int] = []
    at = 0
    for start, end, kind, says in sorted(marks, key=lambda mark: (mark[0], -mark[1])):
        while open_ends and open_ends[-1] <= start:
            at = _close(out, text, at, open_ends.pop())
        if start < at or (open_ends and end > open_ends[-1]):
            continue
        out.append(escape(text[at:start]))
        out.append(f'<mark class="{kind}" title="{escape(says)}">')
        open_ends.append(end)
        at = start
    while open_ends:
        at = _close(out, text, at, open_ends.pop())
    out.append(escape(text[at:]))
    return "".join(out)


def _close(out: list[str], text: str, at: int, end: int) -> int:
    out.append(escape(text[at:end]))
    out.append("</mark>")
    return end
