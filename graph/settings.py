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
    readers: int = field(default=4, metadata={"help": "How many queries run at a time."})
    waiting: int = field(default=64, metadata={"help": "How many queries may wait for their turn."})
    query_timeout: float = field(default=30.0, metadata={"help": "Seconds after which a query is stopped."})
    query_memory: int = field(
        default=2048, metadata={"help": "MiB of memory that one query may use beside the graph itself."}
    )


HELP = {each.name: each.metadata["help"] for each in fields(Settings)}
"""The help line of each setting."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"ORGATLAS_{name.upper()}"
