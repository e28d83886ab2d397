"""The whole examination of a bundle: parsing, ontology, profile, contradictions, shapes, evidence and answers, in one list.

A bundle with a broken file is not examined further: what it would say is unknown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from orgatlas.graph import evidence
from orgatlas.graph.answers import check_answers
from orgatlas.graph.apart import apart
from orgatlas.graph.build import build
from orgatlas.graph.bundle import BUILT_IN, Bundle, locate, read_files
from orgatlas.graph.checks import read_checks, run_check, run_checks
from orgatlas.graph.contradiction import contradictions, too_much
from orgatlas.graph.errors import BrokenBundle, BrokenFile, TooMuchFollows, Unfinished, UnknownEngine
from orgatlas.graph.findings import Finding, Severity, ordered
from orgatlas.graph.layout import check_layout
from orgatlas.graph.owl_profile import check_profile
from orgatlas.graph.parsing import check_parsers
from orgatlas.graph.rules import read_rules, worded
from orgatlas.graph.store import MemoryStore, flat
from orgatlas.graph.validator import AGREEMENT, PyShaclValidator, ShaclValidator, disagreements
from orgatlas.graph.vocabulary import INFERRED_GRAPH, VOCABULARY_GRAPH, name, rule

BOTH_ENGINES_UP_TO = 20_000
"""Triples up to which the reference engine is run beside the fast one."""

PATIENCE = 10.0
"""Seconds that the reference engine gets, and 2 more for each thousand triples: ten times what it needs."""

LOCATED_UP_TO = 200
"""Nodes that are looked for in the files: a reader of more findings has other worries than lines."""

TYPE, ONTOLOGY = name("rdf:type"), name("owl:Ontology")

Place: TypeAlias = tuple[Path, int]
"""A file and a line of it, counted from 1."""

ENGINES = ("both", "shacl", "pyshacl")


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of it: the findings, in a stable order, and the rules that were looked at."""

    findings: tuple[Finding, ...]
    rules: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing graver than a note was found."""
        return all(finding.severity is Severity.INFO for finding in self.findings)


def check(
    bundle: Bundle,
    sources: Path | None = None,
    engine: str | None = None,
    dl: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> Examination:
    """Examine a bundle. `engine` is one of ENGINES, chosen by the size of the graph where it is None.

    Raises MissingProgram if `dl` is asked for without Java, EngineFailed and UnknownEngine.
    """
    if engine not in (None, *ENGINES):
        raise UnknownEngine(str(engine), ENGINES)
    try:
        shapes = flat(read_files(bundle, bundle.shapes))
        rules = read_rules(shapes)
        run = _Run(bundle, sources, engine, dl, shapes)
        found: list[Finding] = []
        for step, look in run.steps():
            progress(step)
            found += worded(look(), rules)
    except (BrokenBundle, BrokenFile) as broken:
        return unreadable(broken)
    looked_at = {*rules, *(each.rule for each in found), *(each.rule for each in run.ontology_checks)}
    return Examination(tuple(ordered(_located(found, bundle))), tuple(sorted(looked_at)))


class _Run:
    """One examination: the graph is read once, and each step looks at it from another side."""

    def __init__(
        self, bundle: Bundle, sources: Path | None, engine: str | None, dl: bool, shapes: list[ox.Triple]
    ) -> None:
        self.bundle, self.sources, self.engine, self.dl, self.shapes = bundle, sources, engine, dl, shapes
        self.too_much: TooMuchFollows | None = None
        try:
            self.edition = build(bundle)
        except TooMuchFollows as error:
            self.edition, self.too_much = build(bundle, reasoning=False), error
        # Beside plain files no vocabulary is built in, but they are judged against it.
        vocabulary = tuple(read_files(bundle, bundle.ontology)) if bundle.plain else self.edition.ontology
        # A plain file that says it is an ontology is judged as one.
        declares = any(quad.predicate == TYPE and quad.object == ONTOLOGY for quad in self.edition.data)
        self.ontology = flat(vocabulary + self.edition.data if bundle.plain and declares else vocabulary)
        self.quads = vocabulary + self.edition.data
        self.triples = flat(self.quads)
        self.stated = MemoryStore(self.quads)
        self.ontology_checks = read_checks(BUILT_IN / "ontology" / "checks")
        self.shape_checks = read_checks(BUILT_IN / "shapes" / "checks")

    def steps(self) -> Iterator[tuple[str, Callable[[], Iterable[Finding]]]]:
        yield "files", lambda: check_layout(self.bundle)
        yield "parsing", lambda: check_parsers(self.bundle)
        yield "ontology", self.check_ontology
        yield "profile", lambda: check_profile(self.ontology)
        yield "contradictions", self.check_closure
        yield "shapes", self.check_shapes
        yield "named graphs", self.check_named_graphs
        yield "evidence", self.check_evidence
        if self.too_much is None:
            yield "answers", self.check_answers
        if self.dl:
            yield "description logic", self.check_dl

    def check_ontology(self) -> Iterator[Finding]:
        store = ox.Store()
        store.bulk_extend(ox.Quad(each.subject, each.predicate, each.object) for each in self.ontology)
        for each in self.ontology_checks:
            yield from run_check(each, store, prefixes=self.bundle.prefixes)

    def check_shapes(self) -> Iterator[Finding]:
        both = self.engine == "both" or (self.engine is None and len(self.triples) <= BOTH_ENGINES_UP_TO)
        if self.engine == "pyshacl":
            yield from self.ask_reference()
            return
        fast = apart(lambda: ShaclValidator().validate(self.triples, self.shapes))
        yield from fast
        if both:
            slow = self.ask_reference()
            yield from slow if slow == [UNFINISHED] else disagreements(fast, slow)

    def ask_reference(self) -> list[Finding]:
        """What the reference engine finds, or that it did not finish: some patterns keep it busy for years."""
        patience = PATIENCE + len(self.triples) / 500
        try:
            return apart(lambda: PyShaclValidator().validate(self.triples, self.shapes), patience)
        except Unfinished:
            return [UNFINISHED]

    def check_closure(self) -> list[Finding]:
        return [too_much(self.too_much)] if self.too_much else contradictions(self.edition.closure)

    def check_named_graphs(self) -> Iterator[Finding]:
        store = ox.Store()
        store.bulk_extend(self.quads)
        vocabulary, inferred = (ox.NamedNode(self.bundle.base + name) for name in (VOCABULARY_GRAPH, INFERRED_GRAPH))
        yield from run_checks(store, self.shape_checks, self.shapes, vocabulary, inferred)

    def check_evidence(self) -> Iterator[Finding]:
        yield from evidence.against_texts(self.stated, self.bundle, self.sources)
        yield from apart(lambda: list(evidence.coverage(self.stated, self.bundle)))

    def check_answers(self) -> Iterator[Finding]:
        closed = MemoryStore((*self.quads, *self.edition.inferred()))
        yield from check_answers(self.bundle, closed, self.stated)

    def check_dl(self) -> Iterator[Finding]:
        from orgatlas.graph.consistency import check_dl

        yield from check_dl(self.triples)


def unreadable(broken: BrokenBundle | BrokenFile) -> Examination:
    """What is to be said of a bundle of which a file cannot be read."""
    faults = broken.faults if isinstance(broken, BrokenBundle) else (broken,)
    return Examination(tuple(map(_broken, faults)), (rule("file-readable"),))


def _broken(fault: BrokenFile) -> Finding:
    texts = {"en": fault.reason, "fr": fault.reason}
    return Finding(
        rule("file-readable"), Severity.VIOLATION, texts, MEND_FILE,
        file=str(fault.file), line=fault.line, column=fault.column,
    )  # fmt: skip


def _located(findings: Sequence[Finding], bundle: Bundle) -> Iterator[Finding]:
    """The findings, each that has no file given the place where its focus node is spoken of.

    Where that is in a standard file, and the value is spoken of in one of the bundle's own, the fault is there.
    """
    places: dict[str, Place | None] = {}

    def place(term: str | None) -> Place | None:
        if term is None or not term.startswith("<"):
            return None
        if term not in places and len(places) < LOCATED_UP_TO:
            places[term] = locate(bundle, term[1:-1])
        return places.get(term)

    for finding in findings:
        if finding.file:
            yield finding
            continue
        found = [each for each in (place(finding.focus), place(finding.value)) if each]
        own = [
            each
            for each in found
            if each[0] in bundle.data or (not bundle.plain and each[0].is_relative_to(bundle.folder))
        ]
        if own:
            yield replace(finding, file=str(own[0][0]), line=own[0][1])
        elif bundle.plain and len(bundle.data) == 1:
            # It is written in a way that is not looked for, as XML and JSON are.
            yield replace(finding, file=str(bundle.data[0]))
        else:
            yield replace(finding, file=str(found[0][0]), line=found[0][1]) if found else finding


UNFINISHED = Finding(
    AGREEMENT,
    Severity.WARNING,
    {
        "en": "The reference engine, pySHACL, did not finish.",
        "fr": "Le moteur de référence, pySHACL, n’a pas terminé.",
    },
    {
        "en": "Look for a pattern that can match the same text in many ways, or choose --engine shacl.",
        "fr": "Cherchez un motif qui peut reconnaître un même texte de bien des façons, ou choisissez --engine shacl.",
    },
)
MEND_FILE = {"en": "Mend the file at this place.", "fr": "Corrigez le fichier à cet endroit."}
