"""Which graphs a query or an update works on: FROM and USING, in its text or beside it.

https://www.w3.org/TR/sparql11-query/#specifyingDataset and https://www.w3.org/TR/sparql11-protocol/#dataset
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from orgatlas.graph.errors import QuerySyntaxError, shortened
from orgatlas.graph.syntax import QUERIES
from orgatlas.graph.tokens import TOKENS, is_ambiguous, is_name, word

PROLOGUE = {"PREFIX": 2, "BASE": 1}
"""How many tokens follow each word of a prologue."""


@dataclass(frozen=True, slots=True)
class DatasetClause:
    """The graphs that a dataset is made of: those merged into its default graph, and its named graphs."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether a dataset is described at all; otherwise it is the whole store."""
        return bool(self.default or self.named)


def clause_of(text: str, base: str | None, prefixes: Mapping[str, str]) -> DatasetClause:
    """What the FROM clauses of a query name; nothing where they cannot be read, for the engine then says why."""
    if "from" not in text.lower():
        return DatasetClause()
    try:
        outside = list(_outside(text))
    except QuerySyntaxError:
        return DatasetClause()
    start = next((token.start() for token in outside if word(token) in QUERIES), 0)
    names: list[tuple[bool, str]] = []
    for place, token in enumerate(outside):
        if word(token) == "FROM":
            following = outside[place + 1 : place + 3]
            named = bool(following) and word(following[0]) == "NAMED"
            names += [(named, each[0]) for each in following[named : named + 1] if is_name(each)]
    if not names:
        return DatasetClause()
    # The engine resolves the names, as it does those of the query itself.
    asking = f"{text[:start]} SELECT ?name {{ VALUES ?name {{ {' '.join(name for _, name in names)} }} }}"
    try:
        rows = ox.Store().query(asking, base_iri=base, prefixes=dict(prefixes))
    except (SyntaxError, ValueError):
        return DatasetClause()
    assert isinstance(rows, ox.QuerySolutions)
    resolved = [(named, _iri(row["name"])) for (named, _), row in zip(names, rows, strict=True)]
    return DatasetClause(
        tuple(iri for named, iri in resolved if not named), tuple(iri for named, iri in resolved if named)
    )


def using(text: str, clause: DatasetClause) -> str:
    """An update whose every WHERE works on the graphs of a clause. Raises QuerySyntaxError if it names its own.

    https://www.w3.org/TR/sparql11-protocol/#update-operation
    """
    graphs = [f"USING {_name(iri)}" for iri in clause.default] + [f"USING NAMED {_name(iri)}" for iri in clause.named]
    clauses = " ".join(graphs)
    outside = list(_outside(text))
    if any(word(token) in ("USING", "WITH") for token in outside):
        reason = "an update that says USING or WITH cannot be sent with using-graph-uri or using-named-graph-uri"
        raise QuerySyntaxError(reason)
    parts, done = [], 0
    for before, token in zip([None, *outside], outside, strict=False):
        if word(token) != "WHERE":
            continue
        if before is not None and word(before) == "DELETE":  # the short form, which takes no USING
            parts += [text[done : token.start()], _group(text, token.end()), " "]
        else:
            parts.append(text[done : token.start()])
        parts.append(f"{clauses} ")
        done = token.start()
    return "".join([*parts, text[done:]])


def operations(text: str) -> list[str]:
    """The operations of an update, each with all the PREFIX and BASE lines before it. Raises QuerySyntaxError if unsure.

    https://www.w3.org/TR/sparql11-update/#rUpdate
    """
    found, prologue, start = list[str](), "", 0
    awaited = 0  # tokens that still belong to a line of the prologue
    begun = False
    for token in _outside(text):
        if awaited:
            awaited -= 1
            continue
        if not begun and word(token) in PROLOGUE:
            awaited = PROLOGUE[word(token) or ""]
        elif token[0] == ";":
            found.append(prologue + text[start : token.start()])
            start, begun = token.end(), False
        elif not begun:
            prologue, start, begun = f"{prologue}{text[start : token.start()]}", token.start(), True
    return [*found, prologue + text[start:]] if begun or not found else found


def only_inserts_data(text: str) -> bool:
    """Whether an update does nothing but INSERT DATA, which looks at nothing that is there."""
    found = [each for token in _outside(text) if (each := word(token)) not in (None, "BASE", "PREFIX")]
    return bool(found) and found == ["INSERT", "DATA"] * (len(found) // 2)


def deleted_data(text: str) -> str | None:
    """An update that does nothing but DELETE DATA, made to insert what it deletes; None for another."""
    words = [(token, each) for token in _outside(text) if (each := word(token)) not in (None, "BASE", "PREFIX")]
    if not words or [each for _, each in words] != ["DELETE", "DATA"] * (len(words) // 2):
        return None
    for token, each in reversed(words):
        if each == "DELETE":
            text = f"{text[: token.start()]}INSERT{text[token.end() :]}"
    return text


def names_the_default_graph(text: str) -> bool:
    """Whether an update speaks of the default graph by its keyword, as in CLEAR DEFAULT."""
    return any(word(token) == "DEFAULT" for token in _outside(text))


def _outside(text: str) -> Iterator[re.Match[str]]:
    """The tokens outside all brackets, and the opening bracket of each outermost pair. Raises QuerySyntaxError if unsure."""
    brackets: list[str] = []
    before = ""
    for token in TOKENS.finditer(text):
        if token["space"]:
            continue
        if is_ambiguous(token, before, brackets[-1:] == ["("]):
            raise QuerySyntaxError(f'put a space behind the "<" of {shortened(token[0])}, if it is a comparison')
        if token[0] in ("}", ")", "]"):
            del brackets[-1:]
        elif not brackets:
            yield token
        if token[0] in ("{", "(", "["):
            brackets.append(token[0])
        before = token[0].upper()


def _group(text: str, start: int) -> str:
    """The group in braces that begins at or after a place."""
    depth, begun = 0, start
    for token in TOKENS.finditer(text, start):
        if token[0] == "{":
            begun = token.start() if depth == 0 else begun
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                return text[begun : token.end()]
    return ""


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _name(iri: str) -> str:
    try:
        return str(ox.NamedNode(iri))
    except ValueError as error:
        raise QuerySyntaxError(f"the graph {iri!r} is no IRI: {error}") from None
