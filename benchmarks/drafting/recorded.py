"""Measure what the gate makes of a model's answer about the founding release, served over HTTP as a model's would be.

The answer is made of the founding facts, as a model gives them: flat statements, each with the words of its evidence,
in place of a paraphrase these words themselves. Beside every third one stands a lie of one kind or another. The text is
no part of the repository: PRESSGRAPH_RELEASE names its file.

Usage: recorded.py [--errors]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.drafting.score import ROOT, Facts, Score, Scorer

from pressgraph.profile import load_profile
from pressgraph.project import open_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.text import Span

FOUNDING = next((ROOT / "data" / "releases").glob("*.yaml"))
_WORDS = {"id", "type", "status", "evidence", "personal"}
_NAMES = ("name", "legalName", "alternateName")
_SAID = {"abstract": "text", "text": "text", "description": "description"} | {
    "disambiguatingDescription": "disambiguatingDescription"
}
"""The keys whose values are paraphrases in the founding facts, with the key for the words themselves."""


_LIES = {
    ("members", "more than 1,800"),
    ("datePublished", "2018-12-31"),
    ("alternateName", "Northlight"),
    ("level", "gold"),
}


def lies() -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Yield ways to make a statement that no words of the text say, again and again."""
    yield from cycle(
        (
            lambda it: {**it, "quote": it["quote"].replace(" the ", " each ").replace(" of ", " near ") + " at last"},
            lambda it: {**it, "key": "members", "value": "more than 1,800", "is_ref": False},
            lambda it: {**it, "key": "datePublished", "value": "2018-12-31", "about": "source", "is_ref": False},
            lambda it: {**it, "key": "alternateName", "value": "Northlight", "is_ref": False},
            lambda it: {**it, "key": "wonderfulness"},
            lambda it: {**it, "value": "nobody", "is_ref": True},
            lambda it: {**it, "about": "nothing"},
            lambda it: {**it, "key": "level", "value": "gold", "is_ref": False},
        )
    )


class Answer:
    """The founding facts as the flat answer of a model."""

    def __init__(self, text: str) -> None:
        self.text = text
        data = yaml.load(FOUNDING.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - texts, not objects
        self.source = data["source"]["id"]
        self.things: dict[str, dict[str, str]] = {}
        self.statements: list[dict[str, Any]] = []
        self.bodies = [(body, _spans(body["evidence"])) for body in data["facts"]]
        for body, spans in self.bodies:
            self._collect(body, spans)
        for body, spans in self.bodies:
            self._say(body, spans, body.get("status", "stated"))
        for ref, one in self.things.items():
            # what has no name in the text, such as an award, is called what it is
            one["name"] = one["name"] or ref.partition("/")[2].replace("-", " ")

    def with_lies(self) -> tuple[dict[str, Any], int]:
        """Return the answer, and how many of its statements are lies."""
        ways = lies()
        told = [next(ways)(it) for it in self.statements[::3]]
        return {"things": list(self.things.values()), "statements": [*self.statements, *told]}, len(told)

    def _nodes(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for value in body.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and one.keys() & {"id", "type"}:
                    yield one

    def _collect(self, body: dict[str, Any], spans: list[Span]) -> None:
        """Note what a body is, by the first words that say its name."""
        for node in self._nodes(body):
            self._collect(node, spans)
        if body["id"] == self.source:
            return
        known = self.things.setdefault(body["id"], {"ref": body["id"], "type": "", "name": "", "quote": ""})
        if "type" in body:
            kinds = body["type"] if isinstance(body["type"], list) else [body["type"]]
            known["type"] = kinds[0] if not known["type"] or kinds[0].endswith("Organisation") else known["type"]
        for key in _NAMES:
            said = body.get(key)
            said = next(iter(said.values())) if isinstance(said, dict) else said
            words = self.words(spans)
            if said and not known["name"] and said.casefold() in words.casefold():
                known["name"], known["quote"] = said, words
        if not known["quote"]:
            known["quote"] = self.words(spans)

    def _say(self, body: dict[str, Any], spans: list[Span], status: str) -> None:
        for key, values in body.items():
            if key in _WORDS:
                continue
            for value in values if isinstance(values, list) else [values]:
                is_ref = False
                if isinstance(value, dict) and value.keys() & {"id", "type"}:
                    self._say(value, spans, status)
                    said, is_ref = value["id"], True
                elif key in _SAID:
                    said = self.words(spans)
                else:
                    said = next(iter(value.values())) if isinstance(value, dict) else value
                    is_ref = said in self.things
                about = "source" if body["id"] == self.source else body["id"]
                one = {"about": about, "key": _SAID.get(key, key), "value": said, "is_ref": is_ref}
                self.statements.append({**one, "quote": self.words(spans), "status": status})

    def words(self, spans: list[Span]) -> str:
        """Return the words of an evidence: of several places, those from the first one to the last one, if near."""
        start, end = spans[0][0], max(it[1] for it in spans)
        near = end - start <= 500  # noqa: PLR2004 - characters
        return self.text[start : end if near else spans[0][1]]


def _spans(evidence: list[Any]) -> list[Span]:
    pairs = [evidence] if isinstance(evidence[0], str) else evidence
    return [(int(start), int(end)) for start, end in pairs]


def as_said(facts: Facts, text: str) -> Facts:
    """Return the founding facts with the words of the text in place of paraphrases."""
    facts.statements = [
        replace(it, key=_SAID[it.key], value=text[it.spans[0][0] : max(end for _, end in it.spans)])
        if it.key in _SAID and it.fact
        else it
        for it in facts.statements
    ]
    return facts


def serve(answer: dict[str, Any]) -> ThreadingHTTPServer:
    """Answer each request as a chat does, on a port of this machine."""
    message = {"role": "assistant", "content": json.dumps(answer)}
    data = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure(release: Path) -> tuple[Score, int, int, str]:
    """Draft the release with the answer: the score, how many lies there were and how many passed, and the draft."""
    text = release.read_text(encoding="utf-8")
    answer, told = Answer(text).with_lies()
    server = serve(answer)
    try:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pressgraph", "--project", folder, "draft", str(release), "--name", "d"]
            environ = {
                **os.environ,
                "PRESSGRAPH_LLM_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}/v1",
                "PRESSGRAPH_LLM_MODEL": "recorded",
            }
            command += ["--propose", "recorded", "--contacts"]
            subprocess.run(command, env=environ, check=True, capture_output=True)
            path = Path(folder, "data", "releases", "d.yaml")
            scorer = Scorer(load_profile(open_project(ROOT)))
            draft, written = scorer.read(path)[0], path.read_text(encoding="utf-8")
    finally:
        server.shutdown()
        server.server_close()
    gold, _ = scorer.read(FOUNDING, text)
    passed = sum((it.key, it.value) in _LIES or it.key == "wonderfulness" for it in draft.statements)
    return scorer.score(draft, as_said(gold, text)), told, passed, written


def main() -> None:
    """Print how many of the founding facts pass the gate whole, and how many lies do."""
    release = os.environ.get("PRESSGRAPH_RELEASE")
    if release is None:
        sys.stdout.write("\nPRESSGRAPH_RELEASE does not name the text of the founding release: no answer of a model\n")
        return
    result, told, passed, written = measure(Path(release))
    sys.stdout.write(f"\n## the founding release, as a model answers\n\n{result.table()}\n\n")
    sys.stdout.write(f"lies that passed: {passed} of {told}\n")
    if "--errors" in sys.argv:
        for name, statements in (("wrong", result.wrong), ("missed", result.missed)):
            sys.stdout.writelines(f"{name}: {it.about} {it.key} {it.value}\n" for it in statements)
        sys.stdout.writelines(f"{line}\n" for line in written.splitlines() if line.startswith("# - "))


if __name__ == "__main__":
    main()
