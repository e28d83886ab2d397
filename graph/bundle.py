"""A graph is a folder: atlas.toml, ontology/, graph/data/, shapes/ and queries/; or plain RDF files, taken as they are.

The folder this package is installed in is itself one: the built-in bundle. A folder of one's own is read together with the
standard files of that one; a file of the same name takes the place of the standard one.
"""

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from pyoxigraph import DefaultGraph, NamedNode, Quad

from orgatlas.graph.documents import read_document
from orgatlas.graph.errors import (
    BrokenBundle,
    BrokenFile,
    ManifestError,
    NoSuchBundle,
    UnreadableData,
    UsageError,
    shortened,
)
from orgatlas.graph.formats import SUFFIXES
from orgatlas.graph.settings import Settings
from orgatlas.graph.vocabulary import PREFIXES, VOCABULARY_GRAPH

BUILT_IN = Path(__file__).resolve().parent.parent
STANDARD_ONTOLOGY = ("alignments.ttl", "core.ttl", "external.ttl", "levels.ttl")
"""The files of ontology/ that any organisation needs; the others speak of the one described."""

STANDARD_QUESTIONS = (
    "about-the-data.rq",
    "classes-of.rq",
    "concepts.rq",
    "describe.rq",
    "engagements.rq",
    "find.rq",
    "incoming.rq",
    "names-of.rq",
    "services.rq",
    "statements-of-passage.rq",
    "unit-tree.rq",
    "which-passage-states.rq",
)
"""The files of queries/ that ask nothing which only one organisation has."""

PLAIN_BASE = "https://example.org/atlas/"
"""Base of relative IRIs in plain RDF files: never the path of the file, which is nobody else's business."""


def _absolute(iri: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|^`\\]+[/#]", iri):
        raise ValueError("expected an absolute IRI that ends in / or #")
    return NamedNode(iri).value


def _languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    if not {"en", "fr"} <= set(languages):
        raise ValueError("en and fr have to be among them: the shapes and the pages ask for both")
    return languages


def _prefix_table(prefixes: Mapping[str, str]) -> Mapping[str, str]:
    for prefix, iri in prefixes.items():
        if PREFIXES.get(prefix, iri) != iri:
            raise ValueError(f"{prefix} stands for {PREFIXES[prefix]} everywhere; choose another")
        if not re.fullmatch(r"(?:[^\W\d_](?:[\w.-]*[\w-])?)?", prefix):
            raise ValueError(f"{shortened(prefix)!r} cannot be a prefix")
        try:
            NamedNode(_resolved(iri, PLAIN_BASE))
        except ValueError as error:
            raise ValueError(f"{shortened(prefix)} stands for no IRI: {error}") from None
    return prefixes


def _resolved(iri: str, base: str) -> str:
    return iri if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri) else base + iri


class SourceText(BaseModel):
    """A source document: its IRI, relative to the base, and the name of the file that holds its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    iri: str
    file: str


class Manifest(BaseModel):
    """What atlas.toml says."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Mapping[str, str]
    base_iri: Annotated[str, AfterValidator(_absolute)]
    languages: Annotated[tuple[str, ...], AfterValidator(_languages)] = ("en", "fr")
    licence: str | None = None
    publisher: str | None = None
    notice: Mapping[str, str] = {}
    sources: tuple[SourceText, ...] = ()
    prefixes: Annotated[Mapping[str, str], AfterValidator(_prefix_table)] = {}
    serve: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Bundle:
    """The files of a graph, found and not yet read.

    `plain` files are served as they are: their default graph stays one, and no vocabulary is put beside them.
    """

    manifest: Manifest
    folder: Path
    ontology: tuple[Path, ...]
    data: tuple[Path, ...]
    shapes: tuple[Path, ...]
    questions: Path
    plain: bool = False

    @property
    def base(self) -> str:
        """The IRI that relative IRIs of the bundle are resolved against."""
        return self.manifest.base_iri

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The standard prefixes and the bundle's own, as absolute IRIs."""
        own = {prefix: self.resolve(iri) for prefix, iri in self.manifest.prefixes.items()}
        return PREFIXES | own

    @property
    def question_files(self) -> tuple[Path, ...]:
        """The questions that can be asked of the bundle, by name: its own, and the standard ones it has none instead of."""
        standard = {name: BUILT_IN / "queries" / name for name in STANDARD_QUESTIONS}
        own = {file.name: file for file in self.questions.glob("*.rq")}
        return tuple(file for _, file in sorted((standard | own).items()))

    @property
    def files(self) -> tuple[Path, ...]:
        """Every RDF file of the bundle."""
        return self.data + self.ontology + self.shapes

    @cached_property
    def texts(self) -> dict[Path, str]:
        """The text of every RDF file, as far as it is UTF-8."""
        return {file: file.read_text(encoding="utf-8", errors="replace") for file in self.files}

    def served(self) -> dict[str, Any]:
        """The settings that atlas.toml has for `orgatlas serve`; files are relative to its folder. Raises ManifestError."""
        known = {each.name: each.type for each in fields(Settings)}
        try:
            for name in self.manifest.serve:
                if name not in known:
                    nearest = get_close_matches(name, known, n=1)
                    raise ValueError(f"unknown key serve.{name}" + (f"; did you mean {nearest[0]}?" if nearest else ""))
            said = TypeAdapter(Settings).validate_python(dict(self.manifest.serve))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise ManifestError(self.folder / "atlas.toml", f"serve.{where}: {first['msg']}") from None
        except ValueError as error:
            raise ManifestError(self.folder / "atlas.toml", str(error)) from None
        values = {name: getattr(said, name) for name in self.manifest.serve}
        return {name: self.folder / value if isinstance(value, Path) else value for name, value in values.items()}

    def resolve(self, iri: str) -> str:
        """An IRI of the manifest made absolute."""
        return _resolved(iri, self.base)

    def graph_of(self, file: Path) -> NamedNode | DefaultGraph:
        """The graph that takes what a file states outside any named graph."""
        if self.plain and file in self.data:
            return DefaultGraph()
        return NamedNode(self.base + (VOCABULARY_GRAPH if file in self.ontology else f"graph/{file.stem}"))


def open_bundle(paths: Sequence[Path] = (), base_iri: str | None = None) -> Bundle:
    """The bundle in a folder, of plain RDF files, or the built-in one where no path is given.

    Raises NoSuchBundle, ManifestError, and UsageError for a base that is none.
    """
    for path in paths:
        if not path.exists():
            raise NoSuchBundle(path)
    if not paths or (len(paths) == 1 and paths[0].is_dir()):
        return _folder((paths[0] if paths else BUILT_IN).resolve(), base_iri)
    return _plain([path.resolve() for path in paths], base_iri or PLAIN_BASE)


def empty_bundle(base_iri: str | None = None) -> Bundle:
    """A bundle without any file."""
    return _plain([], base_iri or PLAIN_BASE)


def _folder(folder: Path, base_iri: str | None) -> Bundle:
    manifest = read_manifest(folder / "atlas.toml")
    if base_iri:
        manifest = manifest.model_copy(update={"base_iri": _chosen_base(base_iri)})
    return Bundle(
        manifest,
        folder,
        ontology=_overlaid(_standard_ontology(), folder / "ontology"),
        data=tuple(file for file in sorted((folder / "graph" / "data").glob("*")) if file.suffix[1:] in SUFFIXES),
        shapes=_overlaid(_standard_shapes(), folder / "shapes"),
        questions=folder / "queries",
    )


def _plain(files: Sequence[Path], base_iri: str) -> Bundle:
    for file in files:
        if file.suffix[1:] not in SUFFIXES:
            known = ", ".join(f".{suffix}" for suffix in SUFFIXES)
            raise BrokenFile(file, f"expected an RDF file, that is one of {known}, or a single folder")
    folder = files[0].parent if files else Path()
    return Bundle(
        Manifest(name={"en": "RDF files", "fr": "Fichiers RDF"}, base_iri=_chosen_base(base_iri)),
        folder,
        ontology=_standard_ontology(),
        data=tuple(files),
        shapes=_standard_shapes(),
        questions=folder / "queries" / "none",
        plain=True,
    )


def _chosen_base(iri: str) -> str:
    """The base that a caller chose; raises UsageError where it is none."""
    try:
        return _absolute(iri)
    except ValueError as error:
        raise UsageError(f"Base IRI {shortened(iri)!r}: {error}.") from None


def _standard_ontology() -> tuple[Path, ...]:
    return tuple(BUILT_IN / "ontology" / name for name in STANDARD_ONTOLOGY)


def _standard_shapes() -> tuple[Path, ...]:
    return tuple(sorted((BUILT_IN / "shapes").glob("*.ttl")))


def _overlaid(standard: Iterable[Path], own: Path) -> tuple[Path, ...]:
    files = {file.name: file for file in (*standard, *own.glob("*.ttl"))}
    return tuple(files[name] for name in sorted(files))


def read_manifest(file: Path) -> Manifest:
    """What an atlas.toml says; raises ManifestError."""
    if file.exists() and not file.is_file():
        raise ManifestError(file, "not a regular file")
    try:
        return Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ManifestError(file, "a bundle needs this file, with at least name.en and base_iri") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise ManifestError(file, str(error).split(" (at ")[0], line, column) from None
    except RecursionError:
        raise ManifestError(file, "nested too deeply") from None
    except OSError as error:
        raise ManifestError(file, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise ManifestError(file, f"not UTF-8 at byte {error.start}") from None
    except ValidationError as error:
        faults = error.errors()
        key = str(faults[0]["loc"][0]) if faults[0]["loc"] else ""
        place = re.search(rf"^\s*\[*\s*{re.escape(key)}\b", file.read_text(encoding="utf-8"), re.MULTILINE)
        line = place.string.count("\n", 0, place.end()) + 1 if key and place else None
        raise ManifestError(file, "; ".join(map(_in_words, faults)), line) from None


def _in_words(fault: ErrorDetails) -> str:
    """One thing that a manifest says wrongly, with what to write instead."""
    key = ".".join(map(str, fault["loc"]))
    match fault["type"]:
        case "missing":
            return f"the key {key} is missing"
        case "extra_forbidden":
            nearest = get_close_matches(key, [*Manifest.model_fields, *SourceText.model_fields], n=1)
            return f"unknown key {shortened(key)}" + (f"; did you mean {nearest[0]}?" if nearest else "")
        case "mapping_type" | "dict_type":
            return f'{key}: expected a text for each language, such as {key}.en = "…"'
        case _:
            return f"{key}: {fault['msg'].removeprefix('Value error, ')}"


def read_file(file: Path, base: str, graph: NamedNode | DefaultGraph) -> list[Quad]:
    """The quads of an RDF file; what it states outside any named graph goes into `graph`. Raises BrokenFile."""
    if file.exists() and not file.is_file():
        raise BrokenFile(file, "not a regular file")  # a pipe might never end
    try:
        found = read_document(SUFFIXES[file.suffix[1:]], base, _without_mark(file))
    except UnreadableData as error:
        raise BrokenFile(file, error.reason, error.line, error.column) from None
    except OSError as error:
        raise BrokenFile(file, error.strerror or str(error)) from None
    elsewhere = DefaultGraph()
    if graph == elsewhere:
        return found
    return [Quad(q.subject, q.predicate, q.object, graph) if q.graph_name == elsewhere else q for q in found]


def _without_mark(file: Path) -> bytes | Path:
    """What to parse: the file, or its bytes less the byte order mark that some editors put first and no RDF parser takes."""
    with file.open("rb") as stream:
        return stream.read() if stream.read(3) == BOM_UTF8 else file


def read_files(bundle: Bundle, files: Iterable[Path]) -> list[Quad]:
    """The quads of some files of a bundle, or none at all: raises BrokenBundle naming every broken one."""
    quads: list[Quad] = []
    faults: list[BrokenFile] = []
    for file in files:
        try:
            quads += read_file(file, bundle.base, bundle.graph_of(file))
        except BrokenFile as fault:
            faults.append(fault)
    if faults:
        raise BrokenBundle(faults)
    return quads


def locate(bundle: Bundle, iri: str) -> tuple[Path, int] | None:
    """Where a bundle speaks of an IRI: the file and line, counted from 1, that types it, else begins its block, else names it."""
    names = {file: "|".join(map(re.escape, _written(text, iri, bundle))) for file, text in bundle.texts.items()}
    for pattern in (
        r"^\s*(?:{names})\s+a\s",
        r"^(?:  )?(?:GRAPH\s+)?(?:{names})(?=[\s{{])",
        r"(?<![\w:/])(?:{names})(?![\w-])",
    ):
        for file, text in bundle.texts.items():
            if found := re.search(pattern.format(names=names[file]), text, re.MULTILINE):
                start = found.end() - len(found[0].lstrip())
                return file, text.count("\n", 0, start) + 1
    return None


def _written(text: str, iri: str, bundle: Bundle) -> Iterator[str]:
    """The ways in which an IRI may stand in a file of this text."""
    yield f"<{iri}>"
    if iri.startswith(bundle.base):
        yield f"<{iri.removeprefix(bundle.base)}>"
    for prefix, namespace in re.findall(
        r"^\s*@?prefix\s+([\w.-]*):\s*<([^<>\s]*)>", text, re.IGNORECASE | re.MULTILINE
    ):
        local = iri.removeprefix(bundle.resolve(namespace))
        if local != iri and "/" not in local:
            yield f"{prefix}:{local}"
