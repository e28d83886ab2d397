"""The servers that are compared: installed, filled with the same triples, started, watched and stopped.

Those that are not ours live in an environment of their own under build/bench, made on first use.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

ORGATLAS = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()"]
PINS = ["oxigraph==0.5.13", "rdflib-endpoint[cli]==0.6.3", "reasonable==0.4.4"]
OTHERS = Path(__file__).parent.parent / "build" / "bench"

START, STOP, CALM = 120.0, 10.0, 5.0
"""Seconds that a server may take to answer first, to end, and to finish what it works on for clients that have gone."""

TICK = os.sysconf("SC_CLK_TCK")


def servers(data: Path, folder: Path) -> list["Server"]:
    """All of them, not started, in the order of the table; `folder` is for what they write."""
    install()
    oxigraph, location = str(OTHERS / "bin" / "oxigraph"), str(folder / "rocksdb")
    subprocess.run(
        [oxigraph, "load", "--location", location, "--file", str(data)], check=True, stderr=subprocess.DEVNULL
    )
    endpoint = [str(OTHERS / "bin" / "rdflib-endpoint"), "serve", str(data), "--host", "127.0.0.1", "--port", "PORT"]
    return [
        orgatlas(data, folder),
        Server("RocksDB", [oxigraph, "serve-read-only", "--location", location, "--bind", "127.0.0.1:PORT"], folder),
        Server("memory", [oxigraph, "serve", "--bind", "127.0.0.1:PORT"], folder, upload=data),
        Server("rdflib", endpoint, folder, path="/"),
    ]


def orgatlas(data: Path, folder: Path, *options: str) -> "Server":
    """Ours, with further options of `serve`."""
    wide = os.environ | {"COLUMNS": "200"}  # on a narrow page the names of options are cut
    usage = subprocess.run(
        [*ORGATLAS, "serve", "--help"], stdout=subprocess.PIPE, text=True, check=True, env=wide
    ).stdout
    # The others know only the default graph, so ours need not look further where it can be told not to.
    known = [option for option in ("--no-reasoning", "--strict-default-graph") if option in usage]
    return Server("orgatlas", [*ORGATLAS, "serve", str(data), "--port", "PORT", *known, *options], folder)


def install() -> None:
    """Make the environment of the others, unless it is there with these very versions."""
    stamp = OTHERS / "installed.txt"
    if stamp.is_file() and stamp.read_text() == "\n".join(PINS):
        return
    print(f"installing {', '.join(PINS)} in {OTHERS}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(OTHERS)], check=True)
    pip = [str(OTHERS / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *PINS], check=True)
    stamp.write_text("\n".join(PINS))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """One server: started and stopped as a context. `words` are its command, with PORT where its port goes."""

    def __init__(self, name: str, words: list[str], folder: Path, path: str = "/sparql", upload: Path | None = None):
        self.name, self.path, self.port = name, path, 0
        self._words, self._upload, self._log = words, upload, folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.port = free_port()
        words = [re.sub(r"\bPORT$", str(self.port), word) for word in self._words]
        with self._log.open("wb") as log:
            # A session of its own, so that whatever it starts can be ended with it.
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        try:
            self._await_answer()
            if self._upload:
                self._fill(self._upload)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def request(self, query: str) -> str:
        """The path and query string that ask a query."""
        return f"{self.path}?query={urllib.parse.quote(query, safe='')}"

    def calm(self) -> None:
        """Wait until it works no more. One that goes on for clients that have gone is started again."""
        end = time.monotonic() + CALM
        while time.monotonic() < end:
            before = {pid: _ticks(pid) for pid in self._tree()}
            time.sleep(0.2)
            if sum(max(_ticks(pid) - ticks, 0) for pid, ticks in before.items()) < 0.05 * TICK:
                return
        self.__exit__()
        self.__enter__()

    def memory(self) -> float:
        """MB of memory of all its processes; what several of them share counts once."""
        return sum(map(_kilobytes, self._tree())) / 1000

    def _await_answer(self) -> None:
        assert self._process
        end = time.monotonic() + START
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.request('ASK {}')}", timeout=10).close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"{self.name} does not answer: {error}\n{self._log.read_text()[-2000:]}") from None
                time.sleep(0.05)

    def _fill(self, data: Path) -> None:
        place, kind = f"http://127.0.0.1:{self.port}/store?default", {"Content-Type": "application/n-triples"}
        urllib.request.urlopen(urllib.request.Request(place, data.read_bytes(), kind, method="POST")).close()

    def _tree(self) -> set[int]:
        """The processes that descend from the one started here, with that one."""
        assert self._process
        parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
        tree, size = {self._process.pid}, 0
        while len(tree) > size:
            size = len(tree)
            tree |= {pid for pid, parent in parents.items() if parent in tree}
        return tree


def _stat(process: Path) -> list[str]:
    """The fields behind the name, which may itself hold blanks and parentheses."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _parent(process: Path) -> int:
    try:
        return int(_stat(process)[1])
    except OSError:  # it has ended meanwhile
        return 0


def _ticks(pid: int) -> int:
    try:
        return sum(map(int, _stat(Path(f"/proc/{pid}"))[11:13]))
    except OSError:
        return 0


def _kilobytes(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
