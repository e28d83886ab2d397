"""`orgatlas explain`: the account of an explanation in words, for people who read it in a terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from orgatlas.graph.account import Account, written
from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.explain import explain
from orgatlas.graph.findings import wording
from orgatlas.graph.formats import GRAPH_FORMATS, named
from orgatlas.graph.terms import abbreviated

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "stated": "stated",
        "derived": "derived",
        "absent": "neither stated nor derived",
        "because": "{}: {}",
        "by": "by the rule “{name}” ({notation})",
        "from": "from",
        "step": "step {}",
        "passage": "passage {}, {}, characters {} to {}",
        "graph": "graph {}",
        "another": "Another way:",
        "ways": "{} ways in all.",
        "many": "Very many ways, about {}.",
        "nearest": "What is missing:",
        "there": "there",
        "missing": "missing",
        "only": "No axiom of the ontology would conclude it: it could only be stated.",
        "statement": "{} — {} → {}",
    },
    "fr": {
        "stated": "énoncé",
        "derived": "déduit",
        "absent": "ni énoncé ni déduit",
        "because": "{}\u00a0: {}",
        "by": "par la règle «\u00a0{name}\u00a0» ({notation})",
        "from": "à partir de",
        "step": "étape {}",
        "passage": "passage {}, {}, caractères {} à {}",
        "graph": "graphe {}",
        "another": "Autre voie\u00a0:",
        "ways": "{} voies en tout.",
        "many": "De très nombreuses voies, environ {}.",
        "nearest": "Ce qui manque\u00a0:",
        "there": "présent",
        "missing": "manquant",
        "only": "Aucun axiome de l’ontologie ne le conclurait : il ne pourrait qu’être énoncé.",
        "statement": "{} — {} → {}",
    },
}


def tell(
    bundle: Bundle, terms: tuple[str, str, str], form: str, language: str, texts: Path | None, output: IO[bytes]
) -> bool:
    """Explain a statement on `output`; returns whether it holds. Raises ParameterError, UnknownFormat and ProofTooLarge."""
    chosen = named(form, GRAPH_FORMATS) if form != "text" else None
    edition = build(bundle)
    account = Account(edition.closure, edition_store(edition), bundle, texts)
    explanation = explain(edition.closure, account.names.triple(*terms))
    document = account.document(explanation)
    if chosen is not None:
        output.write(written(document, chosen.engine, bundle.prefixes))
    else:
        lines = _Telling(bundle, language).lines(document)
        output.write("".join(f"{line}\n" for line in lines).encode())
    return explanation.holds


class _Telling:
    """Reads an account in one language."""

    def __init__(self, bundle: Bundle, language: str) -> None:
        self._bundle, self._language, self._texts = bundle, language, TEXTS[language]

    def lines(self, document: Mapping[str, Any]) -> Iterator[str]:
        texts = self._texts
        yield f"{self._statement(document['triple'])}  [{texts[document['status']]}]"
        if document["status"] == "stated":
            yield from self._sources(document["triple"], "  ")
        proofs = [proof["steps"] for proof in document["proofs"] if proof["steps"]]
        for place, steps in enumerate(proofs):
            yield ""
            if place or document["status"] == "stated":
                yield texts["another"]
            yield from self._steps(steps)
        if document["ways"] > len(document["proofs"]):
            yield ""
            yield texts["ways" if document["counted"] else "many"].format(f"{document['ways']:,}")
        if document["status"] == "absent":
            yield ""
            yield texts["nearest"] if document["nearest"] else texts["only"]
            for gap in document["nearest"]:
                yield f"  {self._reason(gap)}"
                yield from (f"    + {self._statement(each)}  [{texts['there']}]" for each in gap["held"])
                yield from (f"    - {self._statement(each)}  [{texts['missing']}]" for each in gap["missing"])

    def _steps(self, steps: list[Mapping[str, Any]]) -> Iterator[str]:
        last_first = steps[::-1]
        numbers = {step["conclusion"]["@id"]: number for number, step in enumerate(last_first, 1)}
        for number, step in enumerate(last_first, 1):
            yield f"{number:>3}. {self._statement(step['conclusion'])}"
            yield f"     {self._reason(step)}"
            for premise in step["premises"]:
                known = numbers.get(premise["@id"])
                mark = self._texts["step"].format(known) if known else self._texts["stated"]
                yield f"     • {self._statement(premise)}  [{mark}]"
                if not known:
                    yield from self._sources(premise, "         ")

    def _reason(self, step: Mapping[str, Any]) -> str:
        name = wording(step["rule"]["name"], self._language)
        told = self._texts["by"].format(name=name, notation=step["rule"]["notation"])
        because = wording(step["because"], self._language)
        return self._texts["because"].format(told, because) if because else told

    def _sources(self, statement: Mapping[str, Any], indent: str) -> Iterator[str]:
        for graph in statement["statedIn"]:
            if "source" not in graph:
                yield indent + self._texts["graph"].format(self._term(graph))
                continue
            passage = self._texts["passage"].format(
                self._term(graph), self._term(graph["source"]), f"{graph['start']:,}", f"{graph['end']:,}"
            )
            yield indent + passage
            if "supports" in graph:
                yield f"{indent}{wording(graph['supports'], self._language)}"
            if "quote" in graph:
                yield f"{indent}“{graph['quote']}”"

    def _statement(self, statement: Mapping[str, Any]) -> str:
        return self._texts["statement"].format(
            *(self._term(statement[each]) for each in ("subject", "predicate", "object"))
        )

    def _term(self, term: Mapping[str, Any]) -> str:
        if "@value" in term:
            return f"“{term['@value']}”"
        iri: str = term["@id"]
        if iri.startswith("_:"):
            return f"?{iri[2:]}"
        if "label" in term:
            return wording(term["label"], self._language)
        short = abbreviated(iri, self._bundle.prefixes)
        return iri.removeprefix(self._bundle.base) if short.startswith("<") else short
