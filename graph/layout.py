"""Is every file of a bundle where it is read? One in the wrong folder would be passed over in silence."""

from collections.abc import Iterator
from pathlib import Path

from orgatlas.graph.bundle import BUILT_IN, Bundle
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.formats import SUFFIXES
from orgatlas.graph.vocabulary import rule

FOLDERS = {".rq": "queries", ".tsv": "queries", ".ttl": "ontology, graph/data, shapes"}
"""Where files of a suffix are read; other RDF is data."""


def check_layout(bundle: Bundle) -> Iterator[Finding]:
    """A finding for each file of a bundle's folder that looks like a part of it and is read by nobody.

    The built-in bundle is not looked at: its folder holds a whole project, tests of faulty files among it.
    """
    if bundle.plain or bundle.folder == BUILT_IN:
        return
    read = {*bundle.files, *_questions(bundle)}
    for file in sorted(_visible(bundle.folder)):
        of_a_bundle = file.suffix in (".rq", ".tsv") or file.suffix[1:] in SUFFIXES
        if of_a_bundle and file not in read and file.relative_to(bundle.folder).parts[0] != "sources":
            folder = FOLDERS.get(file.suffix, "graph/data")
            texts = {language: text.format(folder=folder) for language, text in REMEDY.items()}
            yield Finding(rule("file-read"), Severity.WARNING, NOT_READ, texts, file=str(file))


def _questions(bundle: Bundle) -> Iterator[Path]:
    """The profiles, the questions, and what may lie beside each of these: an expected answer and a property-path form."""
    yield from (bundle.questions / "profiles").glob("*.rq")
    for question in bundle.questions.glob("*.rq"):
        yield from (question, question.with_suffix(".tsv"), question.with_suffix(".nt"))
        yield question.parent / "paths" / question.name


def _visible(folder: Path) -> Iterator[Path]:
    """The files below a folder, without hidden ones and without following links to other folders."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _visible(path)
        else:
            yield path


NOT_READ = {
    "en": "Nothing reads this file where it lies.",
    "fr": "Rien ne lit ce fichier là où il se trouve.",
}
REMEDY = {
    "en": "Move it to {folder}, beside the question it belongs to, or out of the bundle.",
    "fr": "Le déplacer dans {folder}, à côté de la question à laquelle il appartient, ou hors du paquet.",
}
