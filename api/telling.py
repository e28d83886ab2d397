"""`orgatlas explain`: the account of an explanation in words, for people who read it in a terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from orgatlas.api.languages import number
from orgatlas.graph.account import PLACES, Account, in_reading_order, written
from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.explain import explain
from orgatlas.graph.findings import wording
from orgatlas.graph.formats import GRAPH_FORMATS, named
from orgatlas.graph.terms import abbreviated, shown

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "stated": "stated",
        "derived": "derived",
        "added": "added by the editors",
        "tried": "this statement",
        "always": "true of everything",
        "absent": "neither stated nor derived",
        "because": "{}: {}",
        "by": "by the rule “{name}” ({notation})",
        "step": "step {}",
        "passage": "passage {}, {}, characters {} to {}",
        "something": "something ({})",
        "quoted": "“{}”",
        "another": "Another way:",
        "ways": "{} ways in all.",
        "many": "Very many ways, about {}.",
        "nearest": "What is missing:",
        "forbidden": "It cannot hold as things are:",
        "trivial": "It is true in every graph, so nobody writes it down.",
        "unknown": "The graph says nothing about {}: a misspelling?",
        "unreasoned": "Reasoning is switched off: only what is stated is known.",
        "contradictory": "This graph contradicts itself: anything might follow from it. See orgatlas check.",
        "missing": "missing",
        "only": "No rule leads to it: it would hold only if somebody stated it.",
    },
    "fr": {
        "stated": "énoncé",
        "derived": "déduit",
        "added": "ajouté par les éditeurs",
        "tried": "cet énoncé",
        "always": "vrai de toute chose",
        "absent": "ni énoncé ni déduit",
        "because": "{}\u00a0: {}",
        "by": "par la règle «\u00a0{name}\u00a0» ({notation})",
        "step": "étape {}",
        "passage": "passage {}, {}, caractères {} à {}",
        "something": "quelque chose ({})",
        "quoted": "«\u00a0{}\u00a0»",
        "another": "Autre voie\u00a0:",
        "ways": "{} voies en tout.",
        "many": "De très nombreuses voies, environ {}.",
        "nearest": "Ce qui manque\u00a0:",
        "forbidden": "Cela ne peut pas être, en l’état\u00a0:",
        "trivial": "C’est vrai dans tout graphe, et personne ne l’écrit.",
        "unknown": "Le graphe ne dit rien de {}\u00a0: une faute de frappe\u00a0?",
        "unreasoned": "Le raisonnement est désactivé\u00a0: seul ce qui est énoncé est connu.",
        "contradictory": "Ce graphe se contredit\u00a0: tout pourrait s’en déduire. Voir orgatlas check.",
        "missing": "manquant",
        "only": "Aucune règle n’y mène\u00a0: il faudrait que quelqu’un l’énonce.",
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
        yield from self._sources(document["triple"], "  ")
        if document["contradictory"]:
            yield texts["contradictory"]
        proofs = [proof["steps"] for proof in document["proofs"] if proof["steps"]]
        for place, steps in enumerate(proofs):
            yield ""
            if place or document["status"] != "derived":
                yield texts["another"]
            yield from self._steps(steps)
        if document["ways"] > len(document["proofs"]):
            yield ""
            yield texts["ways" if document["counted"] else "many"].format(number(document["ways"], self._language))
        if document["status"] == "always":
            yield texts["trivial"]
        if document["status"] == "absent":
            yield from self._absent(document)

    def _absent(self, document: Mapping[str, Any]) -> Iterator[str]:
        texts = self._texts
        for place in document["unknown"]:
            yield texts["unknown"].format(self._term(document["triple"][PLACES[place]]))
        if not document["reasoned"]:
            yield texts["unreasoned"]
            return
        if document["forbidden"]:
            yield ""
            yield texts["forbidden"]
        for clash in document["forbidden"]:
            yield f"  {self._reason(clash)}"
            for each in clash["statements"]:
                yield f"    • {self._statement(each)}  [{texts[each['status']]}]"
                yield from self._sources(each, "        ")
        if document["forbidden"]:
            return
        yield ""
        yield texts["nearest"] if document["nearest"] else texts["only"]
        for gap in document["nearest"]:
            yield f"  {self._reason(gap)}"
            yield from (f"    + {self._statement(each)}  [{texts[each['status']]}]" for each in gap["held"])
            yield from (f"    - {self._statement(each)}  [{texts['missing']}]" for each in gap["missing"])

    def _steps(self, steps: list[Mapping[str, Any]]) -> Iterator[str]:
        last_first = in_reading_order(steps)
        numbers = {step["conclusion"]["@id"]: place for place, step in enumerate(last_first, 1)}
        for place, step in enumerate(last_first, 1):
            yield f"{place:>3}. {self._statement(step['conclusion'])}"
            yield f"     {self._reason(step)}"
            for premise in step["premises"]:
                known = numbers.get(premise["@id"])
                mark = self._texts["step"].format(known) if known else self._texts[premise["status"]]
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
                yield indent + self._term(graph)
            else:
                place = (number(graph["position"][end], self._language) for end in ("start", "end"))
                yield indent + self._texts["passage"].format(self._term(graph), self._term(graph["source"]), *place)
            if "supports" in graph:
                yield f"{indent}{wording(graph['supports'], self._language)}"
            if "quote" in graph:
                yield indent + self._texts["quoted"].format(graph["quote"]["exact"])

    def _statement(self, statement: Mapping[str, Any]) -> str:
        subject, predicate, object = (self._term(statement[each]) for each in PLACES.values())
        return f"{subject} — {predicate} → {object}"

    def _term(self, term: Mapping[str, Any]) -> str:
        if "@value" in term:
            text = self._texts["quoted"].format(term["@value"])
            tag = term.get("@language") or (
                abbreviated(term["@type"], self._bundle.prefixes) if "@type" in term else None
            )
            return f"{text} ({tag})" if tag else text
        iri: str = term["@id"]
        if "label" in term:
            return wording(term["label"], self._language)
        if iri.startswith("_:"):
            return self._texts["something"].format(iri[2:])
        return shown(iri, self._bundle.base, self._bundle.prefixes)
