"""Take the pictures of README.md from the releases of docs/examples, which are invented: python .ci/take_pictures.py.

It needs Chromium, Node and what 'npm ci --prefix tests' installs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {"profile": "/doc/agent/moorgruen", "query": "/sparql?saved=labels-valid-on&run=1&p.date=2026-06-01"}
_SETTINGS = '[project]\nbase = "https://data.example.org/"\n[publish]\ntitle = "Cluster Facts"\nlicence = "CC-BY-4.0"\n'
_SCRIPT = """
import puppeteer from "puppeteer-core";
const [browser, address, ...pictures] = process.argv.slice(1);
const opened = await puppeteer.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] });
for (let at = 0; at < pictures.length; at += 2) {
  const page = await opened.newPage();
  await page.setViewport({ width: 1280, height: 1000 });
  await page.goto(address + pictures[at], { waitUntil: "networkidle0" });
  await page.screenshot({ path: pictures[at + 1] });
}
await opened.close();
"""


def main() -> None:
    """Build the sample, serve it, and take a picture of each page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    node = shutil.which("node")
    if browser is None or node is None:
        sys.exit("needs Chromium and Node")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ROOT / "docs" / "examples", project / "data")
        (project / "pressgraph.toml").write_text(_SETTINGS, encoding="utf-8")
        program = [sys.executable, "-m", "pressgraph", "--project", folder]
        subprocess.run([*program, "-q", "build"], check=True)  # noqa: S603 - this program
        with subprocess.Popen([*program, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True) as server:  # noqa: S603 - this program
            said = next(line for line in server.stderr or () if "serving at" in line)
            targets = ROOT / "docs" / "pictures"
            targets.mkdir(exist_ok=True)
            pictures = [it for name, path in PICTURES.items() for it in (path, str(targets / f"{name}.png"))]
            call = [node, "--input-type=module", "-e", _SCRIPT, browser, said.split()[-1].rstrip("/"), *pictures]
            try:
                subprocess.run(call, check=True, cwd=ROOT / "tests")  # noqa: S603 - a script of this file
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
