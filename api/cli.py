"""The shell's door: one command, its verbs, and for every error one line on standard error and an exit code.

Results go to standard output, messages to standard error. Exit codes: 0 done, 1 findings or a fault, 2 a wrong call.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgatlas.graph.errors import AtlasError, UsageError, shortened
from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.settings import HELP, Settings, variable

if TYPE_CHECKING:
    from orgatlas.graph.bundle import Bundle as OpenBundle

DEFAULTS = Settings()

shell = typer.Typer(
    name="orgatlas",
    help="Publish an organisation as a knowledge graph. Without a bundle: the Correctional Service of Canada.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

HIDDEN_NOTES = {"en": "{} notes are shown with --notes.", "fr": "{} remarques s’affichent avec --notes."}

Bundle = Annotated[list[Path] | None, typer.Argument(help="A bundle folder, or RDF files.", show_default="built-in")]
BundleOption = Annotated[
    list[Path] | None,
    typer.Option("--bundle", help="A bundle folder, or an RDF file.", show_default="built-in"),
]


LanguageOption = Annotated[
    str, typer.Option("--lang", help="Language of the report: en or fr.", envvar="ORGATLAS_LANG")
]


def _option(name: str, *flags: str, **more: Any) -> Any:
    return typer.Option(*flags, help=HELP[name], envvar=variable(name), **more)


BaseOption = Annotated[str | None, _option("base_iri", "--base-iri", show_default="the bundle's own")]
SourcesOption = Annotated[Path | None, _option("sources", "--sources", file_okay=False, exists=True)]


def main() -> None:
    """Run the command line; every error of ours becomes a line and an exit code."""
    try:
        shell()
    except AtlasError as error:
        typer.echo(str(error), err=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except BrokenPipeError:
        # Whoever read our output has enough, as `| head` has; Python would complain once more while it closes it.
        sys.stdout = None
        sys.exit(0)
    except OSError as error:
        place = f"{shortened(str(error.filename))}: " if error.filename is not None else ""
        typer.echo(f"{place}{error.strerror or error}", err=True)
        sys.stdout = None  # it may be what is full
        sys.exit(1)
    except MemoryError:
        typer.echo("There is not enough memory for this.", err=True)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"orgatlas {version('orgatlas')}")
        raise typer.Exit


@shell.callback()
def orgatlas(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")] = False,
) -> None:
    """The options before any verb."""


@shell.command()
def serve(
    context: typer.Context,
    bundle: Bundle = None,
    host: Annotated[str, _option("host")] = DEFAULTS.host,
    port: Annotated[int, _option("port", min=0, max=65535)] = DEFAULTS.port,
    base_iri: BaseOption = None,
    empty: Annotated[bool, typer.Option("--empty", help="Start with no data.")] = False,
    reasoning: Annotated[bool, _option("reasoning", "--reasoning/--no-reasoning")] = DEFAULTS.reasoning,
    strict_default_graph: Annotated[
        bool, _option("strict_default_graph", "--strict-default-graph/--union-default-graph")
    ] = DEFAULTS.strict_default_graph,
    sources: SourcesOption = None,
    writable: Annotated[bool, _option("writable", "--writable/--read-only")] = DEFAULTS.writable,
    token_file: Annotated[Path | None, _option("token_file")] = None,
    gate: Annotated[bool, _option("gate", "--gate/--no-gate")] = DEFAULTS.gate,
    readers: Annotated[int, _option("readers", min=1, max=1024)] = DEFAULTS.readers,
    waiting: Annotated[int, _option("waiting", min=0, max=100_000)] = DEFAULTS.waiting,
    query_timeout: Annotated[float, _option("query_timeout", min=0.1)] = DEFAULTS.query_timeout,
    query_memory: Annotated[int, _option("query_memory", min=16)] = DEFAULTS.query_memory,
    cache: Annotated[int, _option("cache", min=0)] = DEFAULTS.cache,
    write_timeout: Annotated[float, _option("write_timeout", min=0.1)] = DEFAULTS.write_timeout,
    write_memory: Annotated[int, _option("write_memory", min=16)] = DEFAULTS.write_memory,
    max_rows: Annotated[int, _option("max_rows", min=0)] = DEFAULTS.max_rows,
    max_bytes: Annotated[int, _option("max_bytes", min=1024)] = DEFAULTS.max_bytes,
    max_upload: Annotated[int, _option("max_upload", min=1024)] = DEFAULTS.max_upload,
    services: Annotated[list[str] | None, _option("services", "--service")] = None,
) -> None:
    """Serve the atlas over HTTP. Settings may also stand in atlas.toml, in its table serve."""
    import uvloop

    from orgatlas.api.server import run
    from orgatlas.graph.bundle import open_bundle

    settings = _chosen_settings(context, open_bundle(bundle or []) if not empty else None)
    # Without this the process would end at once, and leave its keeper's folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    uvloop.run(run(bundle or [], settings, empty, announce=lambda line: typer.echo(line, err=True)))


def _chosen_settings(context: typer.Context, bundle: "OpenBundle | None") -> Settings:
    """What the call says, else the environment, else atlas.toml, else the defaults."""
    said = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in context.params.items()
        if name in HELP and (source := context.get_parameter_source(name)) and source.name != "DEFAULT"
    }
    return replace(DEFAULTS, **{**(bundle.served() if bundle else {}), **said})


@shell.command()
def query(
    question: Annotated[
        str | None,
        typer.Argument(help="A question's name, a file, or - for standard input. None: a list of questions."),
    ] = None,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter, as NAME=VALUE.")] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="table, csv, tsv, json, xml, spreadsheet, turtle, ntriples, ...; of the list: markdown, the manual.",
            show_default="table or csv",
        ),
    ] = None,
    bundle: BundleOption = None,
    base_iri: BaseOption = None,
    stated: Annotated[bool, typer.Option("--base", help="Ask what is stated only, not what follows.")] = False,
) -> None:
    """Ask the graph a question of the library, or one of your own."""
    from orgatlas.api.asking import ask, list_questions
    from orgatlas.graph.apart import apart
    from orgatlas.graph.bundle import open_bundle
    from orgatlas.graph.errors import ReaderLost, Unfinished

    opened = open_bundle(bundle or [], base_iri)
    try:
        if question is None:
            apart(lambda: list_questions(opened, form))
        else:
            apart(lambda: ask(opened, question, param or [], form, stated, sys.stdout.buffer))
    except Unfinished:
        raise ReaderLost from None


@shell.command()
def check(
    bundle: Bundle = None,
    form: Annotated[str, typer.Option("--format", help="text, turtle, json, sarif or junit.")] = "text",
    language: LanguageOption = "en",
    sources: SourcesOption = None,
    engine: Annotated[
        str | None,
        typer.Option(
            help="SHACL engine: shacl, pyshacl or both.", show_default="both up to 20,000 triples, then shacl"
        ),
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Show notes in the text too, not violations and warnings only.")
    ] = False,
    dl: Annotated[bool, typer.Option("--dl", help="Check consistency with HermiT too (needs Java).")] = False,
) -> None:
    """Examine a bundle: parsing, ontology, contradictions, shapes, evidence, answers."""
    from orgatlas.graph.apart import apart
    from orgatlas.graph.bundle import open_bundle
    from orgatlas.graph.check import Examination, unreadable
    from orgatlas.graph.check import check as examine
    from orgatlas.graph.errors import BrokenFile, UnknownFormat
    from orgatlas.graph.report import FORMATS

    if form not in FORMATS:
        raise UnknownFormat(form, list(FORMATS))
    if language not in HIDDEN_NOTES:
        raise UsageError(f"There is no report in {shortened(language)!r}. Known languages: {', '.join(HIDDEN_NOTES)}.")

    def examined() -> Examination:
        try:
            opened = open_bundle(bundle or [])
        except BrokenFile as error:
            return unreadable(error)
        with _progress("Checking") as say:
            return examine(opened, sources, engine, dl, say)

    try:
        examination = apart(examined)
    finally:
        if sys.stderr.isatty():
            typer.echo("\033[?25h", err=True, nl=False)  # shows the cursor, which the process may have left hidden
    findings = tuple(map(_from_here, examination.findings))
    if form == "text" and not notes:
        findings = tuple(finding for finding in findings if finding.severity is not Severity.INFO)
    typer.echo(FORMATS[form](findings, language, examination.rules), nl=False)
    if hidden := len(examination.findings) - len(findings):
        typer.echo(HIDDEN_NOTES[language].format(hidden), err=True)
    raise typer.Exit(0 if examination.passed else 1)


@shell.command()
def explain(
    subject: Annotated[str, typer.Argument(metavar="S", help="A name, a name with a prefix, or an IRI.")],
    predicate: Annotated[str, typer.Argument(metavar="P", help="A property, likewise, or a.")],
    object: Annotated[str, typer.Argument(metavar="O", help="Likewise, or a literal as Turtle writes it.")],
    form: Annotated[str, typer.Option("--format", help="text, jsonld, turtle, ntriples, ...")] = "text",
    language: LanguageOption = "en",
    bundle: BundleOption = None,
    base_iri: BaseOption = None,
    sources: SourcesOption = None,
) -> None:
    """Tell why a statement holds, down to the passages, or what is missing for it. Exit code 1: it does not hold."""
    from orgatlas.api.telling import TEXTS, tell
    from orgatlas.graph.apart import apart
    from orgatlas.graph.bundle import open_bundle
    from orgatlas.graph.errors import ReaderLost, Unfinished

    if language not in TEXTS:
        raise UsageError(f"There is no explanation in {shortened(language)!r}. Known languages: {', '.join(TEXTS)}.")
    opened = open_bundle(bundle or [], base_iri)
    terms = subject, predicate, object
    try:
        holds = apart(lambda: tell(opened, terms, form, language, sources, sys.stdout.buffer))
    except Unfinished:
        raise ReaderLost from None
    raise typer.Exit(0 if holds else 1)


@shell.command()
def export(
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="trig, nquads, turtle, ntriples, rdfxml, jsonld, turtle12; or a profile: cpsv-ap, cpov, schema-org, org.",
            show_default="as the file is called, else trig",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full/--base", help="With what follows, or only what is stated.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file; compressed if it ends in .gz.", show_default="standard output"),
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site", help="A folder for a static site: pages, data in every form, dumps.", show_default=False
        ),
    ] = None,
    bundle: BundleOption = None,
    base_iri: BaseOption = None,
) -> None:
    """Write the whole data set in a form that other tools read, or in the words of another vocabulary, or as a site."""
    if site is not None:
        if form is not None or output is not None or full:
            raise UsageError("A site holds every form: --site goes with no --format, --output or --full.")
        _write_site(bundle or [], base_iri, site)
        return
    from orgatlas.api.exporting import write_dump
    from orgatlas.graph.apart import apart
    from orgatlas.graph.bundle import open_bundle

    opened = open_bundle(bundle or [], base_iri)
    try:
        count, checksum = apart(lambda: write_dump(opened, form, full, output, sys.stdout.buffer))
    except OSError as error:
        error.filename = error.filename or output  # a full disk does not say which
        raise
    if output is not None:
        typer.echo(f"{output}: {count:,} statements, SHA-256 {checksum}", err=True)


def _write_site(paths: list[Path], base_iri: str | None, folder: Path) -> None:
    import uvloop

    from orgatlas.api.site import write_site
    from orgatlas.graph.bundle import open_bundle

    settings = replace(DEFAULTS, **{**open_bundle(paths).served(), **({"base_iri": base_iri} if base_iri else {})})
    with _progress("Writing") as say:
        count = uvloop.run(write_site(paths, settings, folder, say))
    typer.echo(
        f"{folder}: {count:,} files. Any host of files can serve it, as in: python -m http.server -d {folder}", err=True
    )


def _from_here(finding: Finding) -> Finding:
    """The finding with its file named as the caller would name it."""
    here = Path.cwd()
    if finding.file is None or not Path(finding.file).is_relative_to(here):
        return finding
    return replace(finding, file=str(Path(finding.file).relative_to(here)))


@contextmanager
def _progress(work: str) -> Iterator[Callable[[str], None]]:
    """Says on standard error which step a long work is at: a moving line on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: typer.echo(f"{work}: {step}", err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda step: status.update(f"{work}: {step}")
