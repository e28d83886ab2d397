"""A reader: a fork of the keeper that answers questions from its frozen snapshot, one after another, until it is let go.

It has no network, a limit of memory and, for each question, a deadline: the default action of SIGALRM ends it at once, and no
code of ours has to run for that. It leaves by itself when a question has made it too big.
"""

import gzip
import json
import resource
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.account import Account, written
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.caps import Caps
from orgatlas.graph.catalogue import Measured, Place, catalogued, measured, summary
from orgatlas.graph.closure import Closure
from orgatlas.graph.confinement import confine
from orgatlas.graph.context import Context
from orgatlas.graph.describe import (
    as_table,
    described,
    document,
    in_form,
    known,
    triples_as_table,
)
from orgatlas.graph.directory import Directory
from orgatlas.graph.dumps import dumps
from orgatlas.graph.errors import AtlasError, EvaluationFailed, UnknownResource, WrongAnswerKind
from orgatlas.graph.explain import explain
from orgatlas.graph.export import LEVEL, export, statements
from orgatlas.graph.formats import ANSWER_FORMATS, GRAPH_FORMATS, GraphFormat, named
from orgatlas.graph.frames import Frames, VisitorGone, pack_error, query_of, read_frame
from orgatlas.graph.glossary import glossary
from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.index import write_index
from orgatlas.graph.library import questions_of
from orgatlas.graph.outline import View, outline
from orgatlas.graph.outline import as_table as units_as_table
from orgatlas.graph.profiles import Profile, profiled
from orgatlas.graph.remote import inline_services
from orgatlas.graph.results import Wanted, results
from orgatlas.graph.rulebook import rulebook
from orgatlas.graph.search import Search, search
from orgatlas.graph.service import FORMATS, SD, Abilities, describe_service
from orgatlas.graph.sheet import sheet
from orgatlas.graph.store import KIND_IN_WORDS, UNNAMED, AnswerKind, MemoryStore, placed
from orgatlas.graph.vocabularies import ontology_triples, shapes_triples
from orgatlas.graph.vocabulary import DATASET, ID, VOCABULARY_GRAPH

GROWTH = 64 * 1024
"""KiB by which a question may make a reader grow; one that has grown more leaves, and a slim one takes its place."""


PATIENCE = 0.8
"""The part of its time that a question leaves to the services it asks, so that their failure can still be told."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What readers answer from, and within which limits: `memory` in MiB, and the hosts that SERVICE may ask.

    Without a closure there is no reasoning; `texts` is the folder of the source documents.
    """

    store: MemoryStore
    closure: Closure | None
    bundle: Bundle
    directory: Directory
    hierarchy: Hierarchy
    profiles: Mapping[str, Profile]
    context: Context
    memory: int
    caps: Caps
    services: tuple[str, ...] = ()
    texts: Path | None = None
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer ready to be written: its kind, the name of its form, and what writes it and says which cap cut it.

    `cut` is the cap, where that is known before.
    """

    kind: AnswerKind
    form: str
    write: Callable[[Frames], str | None]
    cut: str | None = None


def answer_questions(visitor: socket.socket, snapshot: Snapshot) -> None:
    """Answer until the visitor goes, or this process has grown too big."""
    confine(snapshot.memory)
    full = _peak() + GROWTH
    stream = visitor.makefile("rb")
    while (frame := read_frame(stream)) is not None:
        message = json.loads(frame[1])
        signal.setitimer(signal.ITIMER_REAL, message["seconds"])
        if _answer(visitor, message, snapshot, full):
            break
    stream.read(1)  # stay until the visitor goes, so that it never signals another process of this number


def answer_with_services(visitor: socket.socket, snapshot: Snapshot) -> None:
    """Answer one question whose SERVICE clauses may ask some hosts. They are asked first; then the network is left."""
    stream = visitor.makefile("rb")
    if (frame := read_frame(stream)) is None:
        return
    message = json.loads(frame[1])
    signal.setitimer(signal.ITIMER_REAL, message["seconds"])
    base, prefixes = snapshot.bundle.base, snapshot.bundle.prefixes
    try:
        patience = message["seconds"] * PATIENCE
        message["text"] = inline_services(message["text"], prefixes, base, snapshot.services, patience)
    except AtlasError as error:
        _tell(visitor, error)
    else:
        confine(snapshot.memory)
        _answer(visitor, message, snapshot, full=0)
    stream.read(1)


def _answer(visitor: socket.socket, message: Mapping[str, Any], snapshot: Snapshot, full: int) -> bool:
    """Answer a question; returns whether this process has grown too big for another, which the answer says, too."""
    frames: Frames | None = None
    try:
        outgoing = DOERS[message["do"]](message, snapshot)
        head = {"kind": outgoing.kind, "form": outgoing.form, "cut": outgoing.cut}
        frames = Frames(visitor.sendall, head, message["encoding"])
        cut = outgoing.write(frames)
        signal.setitimer(signal.ITIMER_REAL, 0)  # before the end is told: who hears of it may ask again
        leaving = _peak() > full
        frames.end(cut, leaving=leaving)
        return leaving
    except AtlasError as error:
        return _tell(visitor, error, frames, full)
    except (OSError, RuntimeError, ValueError, MemoryError) as error:  # the engine's own
        return _tell(visitor, EvaluationFailed(str(error)), frames, full)


def _tell(visitor: socket.socket, error: AtlasError, frames: Frames | None = None, full: int = 0) -> bool:
    """Tell of an error, unless part of the answer is on its way: then only breaking off says so. Returns as _answer does."""
    if frames is not None and frames.begun:
        raise VisitorGone from error
    signal.setitimer(signal.ITIMER_REAL, 0)
    leaving = _peak() > full
    visitor.sendall(pack_error(error, leaving))
    return leaving


def _query(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The answer to a SPARQL query, in the form for its kind."""
    answer = snapshot.store.query(query_of(message, snapshot.bundle.base, snapshot.bundle.prefixes))
    wanted = message["graph" if answer.kind == "triples" else "table"]
    forms = GRAPH_FORMATS if answer.kind == "triples" else ANSWER_FORMATS
    if wanted is None:
        raise WrongAnswerKind(KIND_IN_WORDS[answer.kind], [each.name for each in forms])
    form = named(wanted, forms)
    return Outgoing(answer.kind, form.name, lambda frames: answer.write(frames, form, snapshot.caps))  # type: ignore[arg-type]


def _results(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """What a page shows of the answer to a SPARQL query."""
    bundle = snapshot.bundle
    query = query_of(message, bundle.base, bundle.prefixes)
    content = results(snapshot.store, query, Wanted(**message["wanted"]), snapshot.caps, bundle.prefixes)
    return _ready("solutions", "json", json.dumps(content, ensure_ascii=False).encode())


def _graph(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """A graph of the store, whole."""
    form = named(message["graph"], GRAPH_FORMATS)
    triples = snapshot.store.graph(ox.NamedNode(message["name"]) if message["name"] is not None else UNNAMED)
    return Outgoing(
        "triples", form.name, lambda frames: _written(triples, frames, form.engine, snapshot.bundle.prefixes)
    )


def _service(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The description of the service."""
    form = named(message["graph"], GRAPH_FORMATS)
    abilities = Abilities(snapshot.writable, snapshot.closure is not None, bool(snapshot.services))
    questions, _ = questions_of(snapshot.bundle, message["questions"])
    triples = describe_service(snapshot.store, snapshot.bundle, questions.values(), message["endpoint"], abilities)
    prefixes = {**snapshot.bundle.prefixes, "sd": SD, "formats": FORMATS}
    return Outgoing("triples", form.name, lambda frames: _written(triples, frames, form.engine, prefixes))


def _resource(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """Which of some IRIs the graph speaks of, and in the words of which profiles, too."""
    iri = known(snapshot.store, snapshot.directory, message["candidates"])
    profiles = snapshot.profiles if message["profiles"] else {}
    if iri == snapshot.bundle.base + DATASET:
        spoken = list(profiles)
    else:
        node = ox.NamedNode(iri)
        spoken = [name for name, each in profiles.items() if profiled(snapshot.store, each, snapshot.bundle, node)]
    content = json.dumps({"iri": iri, "profiles": spoken}).encode()
    return _ready("solutions", "json", content)


def _profiled(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """What a profile says of a thing, or of everything."""
    store, bundle, iri = snapshot.store, snapshot.bundle, message["iri"]
    focus = None if iri == bundle.base + DATASET else ox.NamedNode(iri)
    triples = profiled(store, snapshot.profiles[message["profile"]], bundle, focus)
    if message["form"] == "csv":
        content = triples_as_table(triples)
        return _ready("solutions", "csv", content)
    form = named(message["form"], GRAPH_FORMATS)
    return _document(map(placed, triples), form, snapshot)


def _describe(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """What there is to say of the first of some IRIs that the graph speaks of."""
    bundle = snapshot.bundle
    description = described(snapshot.store, snapshot.directory, message["addresses"])
    cut = "rows" if description.cut else None
    if (form_name := message["form"]) == "csv":
        return _ready("solutions", form_name, as_table(description, bundle), cut)
    form = named(form_name, GRAPH_FORMATS)
    quads = document(description, bundle, message["addresses"][description.resource.value])
    return _document(quads, form, snapshot, cut)


def _sheet(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """What the page shows of the first of some IRIs that the graph speaks of."""
    description = described(snapshot.store, snapshot.directory, message["addresses"])
    address = message["addresses"][description.resource.value]
    store, hierarchy, bundle = snapshot.store, snapshot.hierarchy, snapshot.bundle
    content = sheet(
        description, store, hierarchy, bundle, snapshot.context, snapshot.texts, address, message["language"]
    )
    return _ready("solutions", "json", json.dumps(content, ensure_ascii=False).encode())


def _vocabulary(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The ontology or the shapes."""
    form, bundle = named(message["form"], GRAPH_FORMATS), snapshot.bundle
    if message["which"] == "shapes":
        triples = shapes_triples(bundle)
    else:
        triples = ontology_triples(snapshot.store, bundle, message["version"])
    return _document(map(placed, triples), form, snapshot)


def _context(_: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The context of JSON-LD documents, as a document of its own."""
    content = json.dumps({"@context": snapshot.context}, ensure_ascii=False, indent=1).encode()
    return _ready("triples", "jsonld", content)


def _dump(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """A file of the whole data set."""
    store, bundle = snapshot.store, snapshot.bundle
    profiles = snapshot.profiles
    dump = dumps(profiles)[message["file"]]

    def write(frames: Frames) -> None:
        output: Any = (
            gzip.GzipFile(fileobj=frames, mode="wb", compresslevel=LEVEL, mtime=0) if dump.compressed else frames
        )
        if dump.profile is not None:
            export(map(placed, profiled(store, profiles[dump.extent], bundle)), dump.form, output, bundle.prefixes)
        else:
            vocabulary = store.quads_of(ox.NamedNode(bundle.base + VOCABULARY_GRAPH))
            export(statements(store, dump.extent == "full"), dump.form, output, bundle.prefixes, vocabulary)
        if dump.compressed:
            output.close()

    return Outgoing("triples", dump.form.name, write)


def _measures(_: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """What takes long to find out of the data set."""
    content = json.dumps(asdict(measured(snapshot.store, snapshot.bundle))).encode()
    return _ready("solutions", "json", content)


def _catalogue(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The description of the data set, or what its page shows."""
    store, bundle, place = snapshot.store, snapshot.bundle, Place(**message["place"])
    measures = Measured(**message["measures"])
    if message["form"] == "json":
        content = json.dumps(summary(store, bundle, measures, place), ensure_ascii=False).encode()
        return _ready("solutions", "json", content)
    form = named(message["form"], GRAPH_FORMATS)
    triples = catalogued(store, bundle, measures, place, dumps(snapshot.profiles).values())
    return _document(map(placed, triples), form, snapshot)


def _listing(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """Some of the things below the base."""
    things = [iri for iri in snapshot.directory.below(snapshot.bundle.base + ID) if "#" not in iri]
    some = things[message["start"] : message["start"] + message["count"]]
    content = json.dumps({"iris": some, "total": len(things)}).encode()
    return _ready("solutions", "json", content)


def _outline(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """A piece of the organisation as a tree, around the first of some IRIs that is a unit."""
    hierarchy, store, candidates = snapshot.hierarchy, snapshot.store, message["candidates"]
    focus = next((iri for iri in candidates if iri in hierarchy), None)
    if candidates and focus is None:
        raise UnknownResource(candidates[0], snapshot.directory.nearest(candidates[0]))
    view = View(focus=focus, **{**message["view"], "opened": tuple(message["view"]["opened"])})
    content = {"focus": focus, **outline(hierarchy, store, view)}
    return _ready("solutions", "json", json.dumps(content, ensure_ascii=False).encode())


def _units(_: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The whole organisation as a table."""

    def write(frames: Frames) -> None:
        for piece in units_as_table(snapshot.hierarchy, snapshot.store):
            frames.write(piece.encode())

    return Outgoing("solutions", "csv", write)


def _explain(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """Why a triple holds, or what is missing for it."""
    form = named(message["graph"], GRAPH_FORMATS)
    closure = snapshot.closure if snapshot.closure is not None else Closure(snapshot.store.asserted(), rules=False)
    account = Account(closure, snapshot.store, snapshot.bundle, snapshot.texts)
    triple = account.names.triple(*message["terms"])
    document = account.document(explain(closure, triple), message["address"])
    content = written(document, form.engine, snapshot.bundle.prefixes)
    return _ready("triples", form.name, content)


def _glossary(_: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The terms of the ontologies, for their page."""
    content = json.dumps(glossary(snapshot.store, snapshot.bundle), ensure_ascii=False).encode()
    return _ready("solutions", "json", content)


def _rulebook(_: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """The rules of the shapes, for their page."""
    content = json.dumps(rulebook(snapshot.store, snapshot.bundle), ensure_ascii=False).encode()
    return _ready("solutions", "json", content)


def _index(message: Mapping[str, Any], snapshot: Snapshot) -> Outgoing:
    """Write the search index into a file."""
    count = write_index(snapshot.store, snapshot.bundle, message["questions"], Path(message["path"]))
    return _ready("solutions", "json", json.dumps({"things": count}).encode())


def _search(message: Mapping[str, Any], _: Snapshot) -> Outgoing:
    """What the search index of an edition has to offer."""
    found = search(Path(message["path"]), Search(**message["asked"]))
    return _ready("solutions", "json", json.dumps(found, ensure_ascii=False).encode())


def _ready(kind: AnswerKind, form: str, content: bytes, cut: str | None = None) -> Outgoing:
    """What is written already."""

    def write(frames: Frames) -> None:
        frames.write(content)

    return Outgoing(kind, form, write, cut)


def _document(quads: Iterable[ox.Quad], form: GraphFormat, snapshot: Snapshot, cut: str | None = None) -> Outgoing:
    """A document of its own, with the prefixes and the words of the bundle."""
    return _ready("triples", form.name, in_form(quads, form, snapshot.bundle, snapshot.context), cut)


def _written(triples: Any, frames: Frames, form: ox.RdfFormat, prefixes: Mapping[str, str]) -> None:
    ox.serialize(triples, frames, format=form, prefixes=dict(prefixes))  # type: ignore[arg-type]


DOERS: Mapping[str, Callable[[Mapping[str, Any], Snapshot], Outgoing]] = {
    "query": _query,
    "resource": _resource,
    "profiled": _profiled,
    "describe": _describe,
    "vocabulary": _vocabulary,
    "context": _context,
    "dump": _dump,
    "measures": _measures,
    "catalogue": _catalogue,
    "listing": _listing,
    "outline": _outline,
    "units": _units,
    "explain": _explain,
    "glossary": _glossary,
    "graph": _graph,
    "index": _index,
    "results": _results,
    "rulebook": _rulebook,
    "sheet": _sheet,
    "search": _search,
    "service": _service,
}
"""What a reader can do, by the word that asks for it."""


def _peak() -> int:
    """The most memory this process has had, in KiB: what it gave back since is still scattered all over."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
