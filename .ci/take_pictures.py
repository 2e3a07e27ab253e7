"""Take the pictures of README.md from the releases of docs/examples, which are invented: python .ci/take_pictures.py.

It needs Chromium, Node and what 'npm ci --prefix tests' installs.
"""

from __future__ import annotations

import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {
    "profile": "/doc/agent/moorgruen",
    "release": "/doc/document/2024-05-14-hav-silver",
    "query": "/sparql?saved=labels-valid-on&run=1&p.date=2026-06-01",
}
_SETTINGS = '[project]\nbase = "https://data.example.org/"\n[publish]\ntitle = "Cluster Facts"\nlicence = "CC-BY-4.0"\n'
_SCRIPT = """
import puppeteer from "puppeteer-core";
const [browser, address, ...pictures] = process.argv.slice(1);
const opened = await puppeteer.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] });
for (let at = 0; at < pictures.length; at += 2) {
  const page = await opened.newPage();
  await page.setViewport({ width: 1280, height: 1000 });
  const file = pictures[at].startsWith("file:");
  await page.goto(file ? pictures[at] : address + pictures[at], { waitUntil: "networkidle0" });
  // a page of a file is as high as what stands on it
  await (file ? await page.$("pre") : page).screenshot({ path: pictures[at + 1] });
}
await opened.close();
"""
_MISTAKES = {
    "filledBy: election": "filedBy: election",
    "organizer: agent/moorgruen": "organizer: agent/moorgrun",
    "duration: P6Y": "duration: six years",
}
"""What is typed wrong for the picture of a report."""
_COLUMNS = 96


def main() -> None:
    """Build the sample, serve it, and take a picture of each page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    node = shutil.which("node")
    if browser is None or node is None:
        sys.exit("needs Chromium and Node")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ROOT / "docs" / "examples", project / "data")
        label = project / "data" / "01-label.yaml"
        text = label.read_text(encoding="utf-8")
        label.write_text(text.replace("\n  file: ", "\n  publishText: true\n  file: ", 1), encoding="utf-8")
        (project / "pressgraph.toml").write_text(_SETTINGS, encoding="utf-8")
        program = [sys.executable, "-m", "pressgraph", "--project", folder]
        subprocess.run([*program, "-q", "build"], check=True)  # noqa: S603 - this program
        with subprocess.Popen([*program, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True) as server:  # noqa: S603 - this program
            said = next(line for line in server.stderr or () if "serving at" in line)
            targets = ROOT / "docs" / "pictures"
            targets.mkdir(exist_ok=True)
            pictures = [it for name, path in PICTURES.items() for it in (path, str(targets / f"{name}.png"))]
            pictures += [report(project).as_uri(), str(targets / "report.png")]
            call = [node, "--input-type=module", "-e", _SCRIPT, browser, said.split()[-1].rstrip("/"), *pictures]
            try:
                subprocess.run(call, check=True, cwd=ROOT / "tests")  # noqa: S603 - a script of this file
            finally:
                server.terminate()


def report(sample: Path) -> Path:
    """Write what 'validate' says of a file with mistakes, in a terminal's colours, as a page; return its file."""
    project = sample / "mistaken"
    (project / "data").mkdir(parents=True)
    text = (sample / "data" / "02-board.yaml").read_text(encoding="utf-8")
    for right, wrong in _MISTAKES.items():
        text = text.replace(right, wrong, 1)
    (project / "data" / "board.yaml").write_text(text, encoding="utf-8")
    shutil.copy(sample / "data" / "02-board.txt", project / "data")
    (project / "pressgraph.toml").write_text(_SETTINGS, encoding="utf-8")
    call = [sys.executable, "-m", "pressgraph", "--project", str(project), "validate"]
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (40, _COLUMNS))
    environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": str(_COLUMNS)}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(call, stdout=theirs, stderr=theirs, stdin=theirs, env=environment):  # noqa: S603 - this program
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    console = Console(record=True, width=_COLUMNS, file=io.StringIO())
    console.print("[bold]$ pressgraph validate[/bold]", highlight=False)
    console.print(Text.from_ansi(shown.decode().replace("\r\n", "\n")))
    page = project / "report.html"
    style = "pre { margin: 0; padding: 24px; width: max-content; font-size: 16px; line-height: 1.4; }"
    html = console.export_html(theme=MONOKAI, inline_styles=True)
    colours = "pre { background: #0c0c0c; color: #d9d9d9; }"
    page.write_text(html.replace("</head>", f"<style>{style} {colours}</style></head>"), encoding="utf-8")
    return page


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # how Linux says that the other end is closed
        return b""


if __name__ == "__main__":
    main()
