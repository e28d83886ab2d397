"""The questions that the software itself asks, whatever the bundle: files of queries/internal."""

from functools import cache

from orgatlas.graph.bundle import BUILT_IN

FOLDER = BUILT_IN / "queries" / "internal"


@cache
def internal(name: str) -> str:
    """The text of a question of our own."""
    return (FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def about(name: str, prefix: str, iri: str) -> str:
    """The text of a question of our own about one thing, without its comment: a prefix in it stands for that alone."""
    lines = internal(name).splitlines(keepends=True)
    body = "".join(line for line in lines if not line.startswith(("#", f"PREFIX {prefix}:")))
    return f"PREFIX {prefix}: <{iri}>\n{body}"
