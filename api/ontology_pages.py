"""The documentation of the ontology and of the shapes, as pages: every term and every rule is a section that its IRI leads to.

https://www.w3.org/TR/swbp-vocab-pub/ and https://www.w3.org/TR/shacl/
"""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.diagram import class_diagram, note
from orgatlas.api.languages import N_, worded
from orgatlas.api.pages import page_url, render, resource_url
from orgatlas.graph.folding import folded
from orgatlas.graph.internal import about
from orgatlas.graph.terminology import anchor

FILES = ("ttl", "rdf", "jsonld", "nt")
"""The suffixes of the forms in which the ontology and the shapes can be had."""

KINDS: Mapping[str, str] = {
    "class": N_("Classes"),
    "object": N_("Object properties"),
    "data": N_("Datatype properties"),
    "annotation": N_("Annotation properties"),
    "property": N_("Properties"),
    "datatype": N_("Datatypes"),
    "scheme": N_("Concept schemes"),
    "individual": N_("Concepts and individuals"),
}
SORTS: Mapping[str, str] = {
    "class": N_("class"),
    "object": N_("object property"),
    "data": N_("datatype property"),
    "annotation": N_("annotation property"),
    "property": N_("property"),
    "datatype": N_("datatype"),
}
"""What one term of a kind is called. Concepts of other vocabularies are not told of."""

LINKS: Mapping[str, str] = {
    "replacedBy": N_("Replaced by"),
    "types": N_("Type"),
    "schemes": N_("In the scheme"),
    "supers": N_("Superclasses"),
    "subs": N_("Subclasses"),
    "equivalents": N_("Means the same as"),
    "domains": N_("Domain"),
    "ranges": N_("Range"),
    "superProperties": N_("Superproperties"),
    "subProperties": N_("Subproperties"),
    "inverses": N_("Inverse"),
    "disjoints": N_("Disjoint with"),
    "domainOf": N_("Properties from here"),
    "rangeOf": N_("Properties to here"),
    "concepts": N_("Concepts"),
    "seeAlso": N_("Close to"),
}
HEADER: Mapping[str, str] = {
    "priorVersion": N_("Previous version"),
    "licences": N_("Licence"),
    "creators": N_("Creator"),
    "contributors": N_("Contributor"),
    "publishers": N_("Publisher"),
    "created": N_("Created"),
    "issued": N_("Issued"),
    "modified": N_("Last changed"),
    "statuses": N_("Status"),
    "prefixes": N_("Prefix"),
    "namespaces": N_("Namespace"),
    "sources": N_("Based on"),
    "imports": N_("Imports"),
    "seeAlso": N_("See also"),
}
DATES = ("created", "issued", "modified")
STATUSES: Mapping[str, str] = {
    "testing": N_("testing"),
    "stable": N_("stable"),
    "unstable": N_("unstable"),
    "archaic": N_("archaic"),
}
SEVERITIES: Mapping[str, str] = {"Violation": N_("violation"), "Warning": N_("warning"), "Info": N_("note")}
CHANGES: Mapping[str, str] = {"label": N_("its name"), "definition": N_("its definition"), "axioms": N_("its axioms")}


async def ontology_page(request: Request, atlas: Atlas, language: str) -> Response:
    """Every ontology of the graph, and every term, with a picture, its axioms in words and its use."""
    glossary = await atlas.readers.glossary().read_json()
    places = {iri: f"#{place}" for iri, place in glossary["anchors"].items()}
    linked = _Links(atlas, language, glossary["names"], places)
    return render(
        request,
        language,
        "ontology.html",
        glossary=glossary,
        groups=_groups(glossary["terms"], glossary["names"], language),
        others=_in_order(glossary["others"], glossary["names"], language),
        picture=Markup(class_diagram(glossary, language, lambda iri: linked.address(iri) or "#section-picture")),
        left_out=note(glossary, language),
        linked=linked,
        files=[(suffix, f"/ns.{suffix}") for suffix in FILES],
        kinds=KINDS,
        sorts=SORTS,
        links=LINKS,
        header=HEADER,
        dates=DATES,
        statuses=STATUSES,
        changes=CHANGES,
    )


async def shapes_page(request: Request, atlas: Atlas, language: str) -> Response:
    """Every rule of the shapes: what it applies to, what must hold, what is wrong otherwise, and what to do."""
    rulebook = await atlas.readers.rulebook().read_json()
    places = {iri: f"{page_url(language, 'ns')}#{anchor(iri, atlas.bundle)}" for iri in rulebook["terms"]}
    places |= {iri: f"#{place}" for iri, place in rulebook["anchors"].items()}
    # Plain files come without our vocabulary: its terms have no page there.
    linked = _Links(atlas, language, rulebook["names"], places, told=not atlas.bundle.plain)
    return render(
        request,
        language,
        "shapes.html",
        rulebook=rulebook,
        linked=linked,
        files=[(suffix, f"/shapes.{suffix}") for suffix in FILES],
        severities=SEVERITIES,
    )


class _Links:
    """What terms are called, and where they lead: to a place on our pages, to another page, or out of the house.

    `told` says that whatever is not among the places has a page of its own.
    """

    def __init__(
        self,
        atlas: Atlas,
        language: str,
        names: Mapping[str, Mapping[str, str]],
        places: Mapping[str, str],
        told: bool = True,
    ) -> None:
        self._atlas, self._language, self._told = atlas, language, told
        self.names, self._places = names, places

    def address(self, iri: str) -> str | None:
        """Where a term leads; nowhere if it has no address of the web."""
        here = resource_url(self._atlas, self._language, iri) if self._told else None
        return self._places.get(iri) or here or self.outside(iri)

    def outside(self, iri: str) -> str | None:
        """The address of a thing that others publish; a link may have no other scheme than the web's."""
        return iri if iri.startswith(("http://", "https://")) else None

    def members(self, iri: str) -> str:
        """The page that lists the members of a class."""
        return page_url(self._language, "sparql", query=about("members", "class", iri))

    def statements(self, iri: str) -> str:
        """The page that lists the statements of a property."""
        return page_url(self._language, "sparql", query=about("statements", "property", iri))


def _groups(
    terms: Iterable[Mapping[str, Any]], names: Mapping[str, Mapping[str, str]], language: str
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The terms under their kinds."""
    ordered = _in_order(terms, names, language)
    groups = [(kind, [each for each in ordered if each["kind"] == kind]) for kind in KINDS]
    return [(kind, members) for kind, members in groups if members]


def _in_order(
    terms: Iterable[Mapping[str, Any]], names: Mapping[str, Mapping[str, str]], language: str
) -> list[Mapping[str, Any]]:
    """Terms as a reader looks them up: accents and case do not count."""

    def order(term: Mapping[str, Any]) -> tuple[str, str]:
        return folded(worded(names[term["iri"]], language).text), term["iri"]

    return sorted(terms, key=order)
