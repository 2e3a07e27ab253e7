"""A site on web hosts: a plain one that a browser visits with the network cut, and those that rules are made for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx
import pytest
from tests.browsers import driven
from tests.conftest import SITE_DAY as DAY
from tests.servers import free_port, wait_for
from tests.sites import plain_host
from tests.test_site import configure, opened, write_news

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

import pressgraph

# a busy machine takes its time for the whole walk
pytestmark = [pytest.mark.slow, pytest.mark.timeout(700)]

VISIT = Path(__file__).parent / "browser" / "site.mjs"
ENGINE = Path(pressgraph.__file__).parent / "site" / "built" / "oxigraph.wasm"


@pytest.fixture(scope="module")
def seen(founding_site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a browser sees on a plain host, while no other one can be reached."""
    node, browser = driven()
    if not ENGINE.is_file():
        pytest.skip("needs what 'make assets' installs")
    shots = tmp_path_factory.mktemp("shots")
    with plain_host(founding_site, "/news/") as address:
        call = [node, str(VISIT), address, browser, str(shots)]
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_way_from_home_to_a_question_works_on_a_plain_host_in_both_languages(seen: dict[str, Any]) -> None:
    ways = {step["name"]: step["url"].partition("#")[0] for step in seen["steps"]}
    for suffix, folder in (("", ""), ("-de", "de/")):
        assert ways[f"home{suffix}"] == folder
        assert ways[f"organisation{suffix}"] == f"{folder}doc/agent/biosaxony/"
        assert ways[f"label{suffix}"] == f"{folder}doc/label/biosaxony-ecei-silver-1/"
        assert ways[f"release{suffix}"] == f"{folder}doc/document/biosaxony-silver-label/"
        assert ways[f"query{suffix}"] == f"{folder}query/"
        assert any("biosaxony" in row for row in seen[f"rows{suffix}"])
        assert any(it.endswith(f"/{folder}doc/agent/biosaxony/") for it in seen[f"hits{suffix}"])
    assert ["Vice president of biosaxony", "/news/doc/membership/hofmann-biosaxony/"] in seen["called"]
    assert ["Vizepräsidentschaft von biosaxony", "/news/de/doc/membership/hofmann-biosaxony/"] in seen["called-de"]
    assert "Mitgliedschaft" in dict(seen["called-de"])
    assert any("biosaxonyvielleicht1. Januar 2019" in row for row in seen["asked"])
    assert ways["organisation-plain"] == "doc/agent/biosaxony/"


ACCEPT = {
    "Chrome": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "text/html",
    ),
    "Googlebot": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    "curl": ("*/*", "text/html"),
    "nothing": (None, "text/html"),
    "Turtle": ("text/turtle", "text/turtle"),
    "JSON-LD": ("application/ld+json", "application/ld+json"),
    "N-Triples": ("application/n-triples", 406),
    "rdflib": (
        "application/rdf+xml;q=0.9, text/turtle;q=1, application/ld+json;q=0.8, */*;q=0.1",
        "text/turtle",
    ),
    "Jena": (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3",
        "text/turtle",
    ),
    "OWL API": (
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09",
        "text/html",
    ),
    "prefers JSON-LD": ("text/html;q=0.3,application/ld+json", "application/ld+json"),
    "prefers HTML slightly": ("text/turtle;q=0.5,text/html;q=0.6", "text/html"),
    "refuses HTML": ("text/html;q=0,text/turtle;q=0.2", "text/turtle"),
    "a picture": ("image/png", 406),
}
ASSETS = {
    ".css": {"text/css"},
    ".js": {"text/javascript", "application/javascript"},
    ".svg": {"image/svg+xml"},
    ".txt": {"text/plain"},
    ".wasm": {"application/wasm"},
    ".woff2": {"font/woff2"},
}
"""What files that pages load are served as."""
APACHE = """
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/log
User www-data
Group www-data
{modules}
TypesConfig /etc/mime.types
DocumentRoot {root}
<Directory {root}>
  AllowOverride All
  Require all granted
</Directory>
"""
NGINX = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 32; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  include {folder}/site.conf;
}}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of a host, readable for its user, with a small site at /news/."""
    folder = tmp_path_factory.mktemp("small") / "project"
    configure(folder)
    write_news(folder, "anna")
    with tempfile.TemporaryDirectory(prefix="pressgraph-host-") as name:
        root = Path(name)
        root.chmod(0o755)
        opened(folder).site(root / "news", day=DAY, jobs=1)
        shutil.copy(root / "news" / "hosts" / "apache.htaccess", root / "news" / ".htaccess")
        yield root


def program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or (str(beside) if beside.exists() else None)
    if found is None:
        pytest.skip(f"needs {name}")
    return found


@contextmanager
def running(call: Sequence[str], port: int, **environment: str) -> Iterator[str]:
    process = subprocess.Popen(
        call, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/news/"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def apache(root: Path, folder: Path) -> Iterator[str]:
    found, port = program("apache2"), free_port()
    names = ("mpm_event", "authz_core", "dir", "mime", "negotiation", "rewrite", "headers")
    modules = "\n".join(f"LoadModule {it}_module /usr/lib/apache2/modules/mod_{it}.so" for it in names)
    (folder / "conf").write_text(APACHE.format(port=port, folder=folder, root=root, modules=modules))
    with running([found, "-f", str(folder / "conf"), "-DFOREGROUND"], port) as address:
        yield address


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[str]:
    found, port = program("nginx"), free_port()
    rules = (root / "news" / "hosts" / "nginx.conf").read_text()
    (folder / "site.conf").write_text(
        rules.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/var/www", str(root))
    )
    (folder / "conf").write_text(NGINX.format(folder=folder))
    with running([found, "-c", str(folder / "conf"), "-p", str(folder)], port) as address:
        yield address


@contextmanager
def caddy(root: Path, folder: Path) -> Iterator[str]:
    found, port = program("caddy"), free_port()
    rules = (root / "news" / "hosts" / "Caddyfile").read_text()
    rules = rules.replace("data.example.org {", f"http://127.0.0.1:{port} {{").replace("/var/www", str(root))
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tpersist_config off\n}\n" + rules)
    call = [found, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running(call, port, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)) as address:
        yield address


@pytest.mark.parametrize("host", [apache, nginx, caddy], ids=lambda it: it.__name__)
def test_hosts_give_each_client_what_it_asks_for(
    host: Callable[[Path, Path], AbstractContextManager[str]], small: Path
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with host(small, folder) as address, httpx.Client(timeout=20, trust_env=False) as client:
            for who, (accept, wanted) in ACCEPT.items():
                request = client.build_request("GET", f"{address}doc/agent/anna/")
                del request.headers["accept"]
                if accept is not None:
                    request.headers["accept"] = accept
                answer = client.send(request)
                got = (
                    answer.status_code if isinstance(wanted, int) else answer.headers["content-type"].partition(";")[0]
                )
                assert got == wanted, who
                if answer.status_code == 200:
                    assert "accept" in answer.headers["vary"].lower(), who
                    assert answer.headers["access-control-allow-origin"] == "*", who
            # a thing is not its document
            thing = client.get(f"{address}id/agent/anna", headers={"accept": "text/turtle"})
            assert thing.status_code == 303
            assert urljoin(str(thing.url), thing.headers["location"]) == f"{address}doc/agent/anna/"
            assert client.get(f"{address}doc/agent/anna/index.ttl").headers["content-type"].startswith("text/turtle")
            german = client.get(f"{address}de/doc/agent/anna/", headers={"accept": ACCEPT["Chrome"][0] or ""})
            assert (german.status_code, '<html lang="de">' in german.text) == (200, True)
            assert "wasm-unsafe-eval" in german.headers["content-security-policy"]
            for packed in ("graph.nt.gz", "ontology/terms.nt.gz"):
                answer = client.get(address + packed, headers={"accept-encoding": "identity"})
                assert answer.content == (small / "news" / packed).read_bytes()
            missing = client.get(f"{address}doc/agent/nobody/", headers={"accept": "text/html"})
            assert missing.status_code == 404
            assert 'name="robots" content="noindex"' in missing.text
            for file in (small / "news" / "assets").iterdir():
                answer = client.get(f"{address}assets/{file.name}")
                assert answer.headers["content-type"].partition(";")[0] in ASSETS[file.suffix]
                assert answer.content == file.read_bytes()
                # its name changes with it
                kept = re.search(r"max-age=(\d+)", answer.headers["cache-control"])
                assert kept is not None
                assert int(kept[1]) >= 365 * 24 * 60 * 60


def test_nothing_is_asked_of_another_host_and_the_console_has_no_error(seen: dict[str, Any]) -> None:
    assert seen["elsewhere"] == []
    assert seen["console"] == []
    assert seen["violations"] == []
