"""The whole data set in the form a tool reads: stated quads, or these with what follows, in an order that never changes.

Blank nodes get canonical labels (https://www.w3.org/TR/rdf-canon/), so that the same bundle gives the same bytes.
"""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from orgatlas.graph.build import Edition
from orgatlas.graph.formats import GraphFormat


def export(edition: Edition, form: GraphFormat, output: IO[bytes], full: bool = False) -> int:
    """Write an edition, with what follows from it if `full`; returns how many statements were written.

    Forms without named graphs get each triple once.
    """
    quads = canonical((*edition.stated, *edition.inferred()) if full else edition.stated)
    # Sorted by graph first, because a form that groups statements by graph opens each one once.
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), *map(str, quad.triple)))
    prefixes = edition.bundle.prefixes
    if form.datasets:
        ox.serialize(ordered, output, format=form.engine, prefixes=prefixes)
        return len(ordered)
    triples = sorted({quad.triple for quad in ordered}, key=lambda triple: tuple(map(str, triple)))
    ox.serialize(triples, output, format=form.engine, prefixes=prefixes)
    return len(triples)


def canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    """The quads with canonical labels for blank nodes."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def opened(file: Path) -> IO[bytes]:
    """A file to export into, compressed if its name ends in .gz; no time stands in it, so that it is always the same."""
    if file.suffix == ".gz":
        return gzip.GzipFile(str(file), "wb", mtime=0)  # type: ignore[return-value]
    return file.open("wb")
