"""What a question asks for, leaf by leaf. Pure."""

from collections.abc import Iterator

from store.query import And, Node, Not, Or


def asked(node: Node, *, negated: bool = True) -> Iterator[Node]:
    """The leaves from left to right; with `negated` false without those below a `Not`."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from asked(part, negated=negated)
        case Not(part):
            if negated:
                yield from asked(part)
        case _:
            yield node
