"""Every setting with its default and its help line: read once at the door and passed down; nothing else reads the environment."""

from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """How a graph is served. Each field is an option of `orgatlas serve` and a variable ORGATLAS_<FIELD>."""

    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(default=8000, metadata={"help": "Port to listen on."})
    base_iri: str | None = field(default=None, metadata={"help": "Base IRI that takes the place of the bundle's own."})
    sources: Path | None = field(default=None, metadata={"help": "Folder with the texts of the source documents."})
    reasoning: bool = field(default=True, metadata={"help": "Add what follows from the ontology."})
    strict_default_graph: bool = field(
        default=False,
        metadata={"help": "Let the default graph be only what is in no named graph, not the union of all."},
    )
    writable: bool = field(default=False, metadata={"help": "Allow changes, in memory; needs --token-file."})
    token_file: Path | None = field(
        default=None, metadata={"help": "File with the bearer token that changes need, in its first line."}
    )
    gate: bool = field(default=True, metadata={"help": "Refuse changes that break a shape."})
    readers: int = field(default=8, metadata={"help": "How many queries run at a time."})
    waiting: int = field(default=256, metadata={"help": "How many queries may wait for their turn."})
    query_timeout: float = field(
        default=30.0, metadata={"help": "Seconds after which a query is stopped; a client may ask for less."}
    )
    query_memory: int = field(
        default=1024, metadata={"help": "MiB of memory that one query may use beside the graph itself."}
    )
    cache: int = field(
        default=32, metadata={"help": "MiB of small answers that are kept for those who ask the same; 0: none."}
    )
    write_timeout: float = field(default=120.0, metadata={"help": "Seconds after which a change is given up."})
    write_memory: int = field(default=4096, metadata={"help": "MiB of memory that the rehearsal of a change may use."})
    max_rows: int = field(default=0, metadata={"help": "Rows, or triples, after which an answer is cut; 0: never."})
    max_bytes: int = field(default=1024**3, metadata={"help": "Bytes after which an answer is cut."})
    max_upload: int = field(default=128 * 1024**2, metadata={"help": "Bytes that the data of a change may have."})
    services: tuple[str, ...] = field(
        default=(), metadata={"help": "A host that SERVICE may ask, as in example.org; may be given several times."}
    )


HELP = {each.name: each.metadata["help"] for each in fields(Settings)}
"""The help line of each setting."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"ORGATLAS_{name.upper()}"
