"""An answer as a table that people read: names for IRIs, links to what the graph says about them, headings in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyoxigraph as ox

from orgatlas.api.answers import Binding
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import N_, translations
from orgatlas.api.pages import page_url, resource_url
from orgatlas.api.results import Results
from orgatlas.graph.errors import shortened
from orgatlas.graph.terms import shown as shown_iri
from orgatlas.graph.vocabulary import PREFIXES

CELL_LIMIT = 2000
"""Characters of one value that a page shows."""

DEPTH_LIMIT = 20
"""How deep a page follows triple terms within triple terms."""

STATEMENTS = (("subject", "predicate", "object"), ("s", "p", "o"), ("resource", "predicate", "object"))
"""The names of columns that are a statement together."""

NUMBERS = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float")}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its text, its language if not the page's, where it leads, and its IRI where the text is a name."""

    text: str = ""
    language: str | None = None
    url: str | None = None
    iri: str | None = None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a column: `known` is false for a variable without words, `variable` None for a column of ours."""

    text: str
    known: bool
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table(answer: Results, atlas: Atlas, language: str, hidden: frozenset[str] = frozenset()) -> Table | None:
    """The table of an answer; a column `xLabel`, or `label` for the first, gives the names of column `x`.

    None if the answer is no table.
    """
    if answer.truth is not None or answer.graph is not None:
        return None
    names = name_columns(answer.columns)
    statement = _statement_columns(answer.columns)
    columns = [each for each in answer.columns if each not in hidden and each not in names.values()]
    headings = [heading(column, language) for column in columns]
    rows = tuple(tuple(cell_of(answer, row, column, atlas, language) for column in columns) for row in answer.rows)
    if statement is not None and not atlas.fixed:
        # Where a column says whether it is stated, that leads to the reason; else a column of its own does.
        place = columns.index("status") if "status" in columns else len(columns)
        why = replace(heading("why", language), variable=None)
        headings = headings if "status" in columns else [*headings, why]
        reasons = [reason_url([row.get(each) for each in statement], language) for row in answer.rows]
        rows = tuple(
            (*row[:place], replace(row[place] if place < len(row) else Cell(why.text), url=url), *row[place + 1 :])
            for row, url in zip(rows, reasons, strict=True)
        )
    return Table(tuple(headings), rows)


def cell_of(answer: Results, row: Binding, column: str, atlas: Atlas, language: str) -> Cell:
    """What a row says in a column: by the name in the row, else by the one that the graph has, else the IRI in short."""
    term, name = row.get(column), row.get(name_columns(answer.columns).get(column, ""))
    if term and not name and term["type"] == "uri" and (known := answer.names.get(term["value"])):
        name = {"type": "literal", "value": known.text} | ({"xml:lang": known.language} if known.language else {})
    return cell(term, name, atlas, language)


def name_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """The columns that give the names of others, by the column whose values they name."""
    names = {column: f"{column}Label" for column in columns if f"{column}Label" in columns}
    if "label" in columns[1:]:
        names.setdefault(columns[0], "label")
    return names


def _statement_columns(columns: tuple[str, ...]) -> tuple[str, str, str] | None:
    """The columns that are a statement together, if there are such."""
    return next((each for each in STATEMENTS if set(each) <= set(columns)), None)


def reason_url(terms: Sequence[Mapping[str, Any] | None], language: str) -> str | None:
    """The address that says why a statement holds; none for what has no name to ask by."""
    texts = [_asked(term) for term in terms]
    if None in texts or (terms[1] and terms[1]["type"] != "uri"):
        return None
    return page_url(language, "explain", **dict(zip("spo", map(str, texts), strict=True)))


def _asked(term: Mapping[str, Any] | None) -> str | None:
    """A term as the page of explanations is asked for it."""
    if term is None or term["type"] not in ("uri", "literal"):
        return None
    if term["type"] == "uri":
        return f"<{term['value']}>"
    literal = ox.Literal(term["value"], language=term.get("xml:lang"), datatype=_datatype(term))
    text = str(literal)
    return text if len(text) <= CELL_LIMIT else None


def _datatype(term: Mapping[str, Any]) -> ox.NamedNode | None:
    return ox.NamedNode(term["datatype"]) if "datatype" in term else None


def heading(column: str, language: str) -> Heading:
    """What stands above a column, in words where there are some."""
    if column in HEADINGS:
        return Heading(translations(language).gettext(HEADINGS[column]), known=True, variable=column)
    return Heading(column, known=False, variable=column)


def cell(term: Mapping[str, Any] | None, name: Mapping[str, Any] | None, atlas: Atlas, language: str) -> Cell:
    """What to show of a term of an answer; `name` is a literal that names it."""
    if term is None:
        return Cell()
    if term["type"] == "uri":
        iri = term["value"]
        url = resource_url(atlas, language, iri)
        if name is None:
            return Cell(shortened(short(iri, atlas), CELL_LIMIT), url=url, iri=iri)
        return Cell(_text(name), _foreign(name, language), url, iri)
    return Cell(_text(term), _foreign(term, language), number=term.get("datatype") in NUMBERS)


def short(iri: str, atlas: Atlas) -> str:
    """An IRI by its prefix, or relative to the base of the bundle, or as it is."""
    return shown_iri(iri, atlas.bundle.base, atlas.bundle.prefixes)


def _text(term: Mapping[str, Any], depth: int = 0) -> str:
    """What to show of a term; a triple term has the three others as its value."""
    if term["type"] == "triple":
        if depth == DEPTH_LIMIT:
            return "…"
        parts: Binding = term["value"]
        return shortened(" ".join(_text(part, depth + 1) for part in parts.values()), CELL_LIMIT)
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    return shortened(term["value"], CELL_LIMIT)


def _foreign(term: Mapping[str, Any], language: str) -> str | None:
    tag: str | None = term.get("xml:lang")
    return tag if tag != language else None


HEADINGS: Mapping[str, str] = {
    "above": N_("Above"),
    "activity": N_("Activity"),
    "alpha3": N_("Three letters"),
    "audience": N_("Audience"),
    "between": N_("Between"),
    "branch": N_("Branch"),
    "broader": N_("Broader concept"),
    "claim": N_("Claim"),
    "class": N_("Class"),
    "code": N_("Code"),
    "concept": N_("Concept"),
    "count": N_("Number"),
    "country": N_("Country"),
    "dataset": N_("Data set"),
    "date": N_("Date"),
    "definition": N_("Definition"),
    "description": N_("Description"),
    "directorate": N_("Directorate"),
    "earlier": N_("Earlier"),
    "end": N_("End"),
    "engagement": N_("Engagement"),
    "english": N_("English name"),
    "french": N_("French name"),
    "goal": N_("Goal"),
    "graph": N_("Graph"),
    "identifier": N_("Identifier"),
    "inside": N_("Inside"),
    "kind": N_("Kind"),
    "label": N_("Name"),
    "lang": N_("Language"),
    "later": N_("Later"),
    "level": N_("Level"),
    "licence": N_("Licence"),
    "link": N_("Link"),
    "mission": N_("Mission"),
    "name": N_("Name"),
    "nameLang": N_("Language of the name"),
    "narrower": N_("Narrower concept"),
    "note": N_("Note"),
    "object": N_("Object"),
    "organisation": N_("Organisation"),
    "parent": N_("Belongs to"),
    "part": N_("Part"),
    "partner": N_("Partner"),
    "partners": N_("Partners"),
    "passage": N_("Passage"),
    "passages": N_("Passages"),
    "period": N_("Period"),
    "place": N_("Place"),
    "plan": N_("Plan"),
    "population": N_("Population"),
    "position": N_("Position"),
    "predicate": N_("Property"),
    "process": N_("Process"),
    "programme": N_("Programme"),
    "property": N_("Property"),
    "provider": N_("Provider"),
    "publisher": N_("Publisher"),
    "rank": N_("Rank"),
    "record": N_("Record"),
    "records": N_("Records"),
    "relation": N_("Relation"),
    "resource": N_("Resource"),
    "responsibility": N_("Responsibility"),
    "scheme": N_("Scheme"),
    "section": N_("Section"),
    "sector": N_("Sector"),
    "service": N_("Service"),
    "services": N_("Services"),
    "setting": N_("Setting"),
    "sister": N_("Sister unit"),
    "sort": N_("Sort"),
    "source": N_("Source"),
    "stage": N_("Stage"),
    "start": N_("Start"),
    "statements": N_("Statements"),
    "status": N_("Status"),
    "steps": N_("Steps"),
    "subject": N_("Subject"),
    "supports": N_("Supports"),
    "term": N_("Term"),
    "text": N_("Text"),
    "thing": N_("Thing"),
    "things": N_("Things"),
    "times": N_("Times"),
    "title": N_("Title"),
    "topic": N_("Topic"),
    "type": N_("Type"),
    "unit": N_("Unit"),
    "units": N_("Units"),
    "value": N_("Value"),
    "whole": N_("Whole"),
    "why": N_("Why?"),
}
"""The columns of the library in words, by variable; one that is not here shows its own name."""
