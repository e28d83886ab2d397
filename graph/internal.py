"""The questions that the software itself asks, whatever the bundle: files of queries/internal."""

from functools import cache

from orgatlas.graph.bundle import BUILT_IN

FOLDER = BUILT_IN / "queries" / "internal"


@cache
def internal(name: str) -> str:
    """The text of a question of our own."""
    return (FOLDER / f"{name}.rq").read_text(encoding="utf-8")
