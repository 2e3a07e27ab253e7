"""Linked data: every IRI of the graph, as a page and as RDF; the first page, the search, the query page."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.dataset.writing import write_triples
from pressgraph.errors import PressgraphError
from pressgraph.facts.rules import did_you_mean
from pressgraph.project.config import DEFAULT_BASE
from pressgraph.publish.jsonld import json_ld
from pressgraph.server import description
from pressgraph.server.answers import CORS, RequestError, error_answer, not_modified, preflight
from pressgraph.server.negotiation import GRAPHS, HTML, JSON, Form, choose, choose_language
from pressgraph.server.protocol import Operation, parameters
from pressgraph.server.texts import LANGUAGES, texts
from pressgraph.server.view import Names, result_view, thing_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request

    from pressgraph.server.front import Front

STATIC = Path(__file__).parent / "static"
_FORMS = (HTML, *GRAPHS)
_TRIPLE_FORMS = tuple(form for form in _FORMS if form.name not in {"nquads", "trig"})
_BY_SUFFIX = {form.suffix: form for form in _TRIPLE_FORMS} | {".json": GRAPHS[1], ".xml": GRAPHS[5]}
_FOUND_AT_ONCE = 50
_ROWS_SHOWN = 500
_MOST_SHOWN = 4 * 1024 * 1024
_LONGEST_IRI = 2000


class Pages:
    """The pages of a server."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.base = front.project.base
        self._environment = Environment(
            loader=PackageLoader("pressgraph.server"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._statistics: dict[str, Any] | None = None
        self._home: dict[str, Any] | None = None

    def moved(self) -> None:
        """Take note of a new snapshot."""
        self._statistics = None
        self._home = None

    # -- drawing

    def _draw(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        language = self._language(request)
        nonce = secrets.token_urlsafe(12)
        content = self._environment.get_template(template).render(
            t=texts(language),
            language=language,
            languages=LANGUAGES,
            nonce=nonce,
            editor=(STATIC / "editor.js").is_file(),
            here=request.scope["path"],
            **values,
        )
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return Response(
            content,
            status,
            {
                "content-type": HTML.content_type,
                "content-security-policy": policy,
                "content-language": language,
                "vary": "Accept, Accept-Language",
                "cache-control": "no-cache",
                **(headers or {}),
            },
        )

    def _language(self, request: Request) -> str:
        asked = [value for name, value in parameters(request.scope["query_string"]) if name == "lang"]
        if asked and asked[0] in LANGUAGES:
            return asked[0]
        return choose_language(request.headers.get("accept-language"), LANGUAGES, self.front.project.language)

    def _names(self, request: Request, labels: dict[str, list[list[str]]]) -> Names:
        return Names(self.front.profile, self.front.project, labels, self._language(request))

    def error(self, request: Request, error: RequestError) -> Response:
        """Return an error, as a page for whom wants pages."""
        if request.method not in {"GET", "HEAD"} or choose(request.headers.get("accept"), (JSON, HTML)) is not HTML:
            return error_answer(error)
        headers = {"cache-control": "no-store", **error.headers}
        return self._draw(
            request,
            "error.html",
            status=error.status,
            headers=headers,
            code=error.status,
            message=error.message,
            near=[],
        )

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer a request that a page refused."""
        assert isinstance(error, RequestError)  # noqa: S101 - registered for it
        return self.error(request, error)

    async def not_found(self, request: Request, error: Exception) -> Response:
        """Answer what no route answers."""
        status = getattr(error, "status_code", 404)
        message = "there is nothing here" if status == 404 else "this address does not take that method"  # noqa: PLR2004
        return self.error(request, RequestError(status, message))

    # -- the first page, search

    async def home(self, request: Request) -> Response:
        """Say what this graph is."""
        if self._home is None:
            self._home = await self.front.lookup({"op": "home"})
        found = self._home
        names = self._names(request, found["labels"])
        queries = [query for query in self.front.saved_queries.values() if "/" not in query.name]
        return self._draw(
            request,
            "home.html",
            base=self.base,
            counts=found["counts"],
            releases=[{"name": names.name(iri), "day": day} for iri, day in found["releases"]],
            kinds=[{"name": names.name(iri), "count": count} for iri, count in found["kinds"]],
            queries=queries,
        )

    async def search(self, request: Request) -> Response:
        """Find things by their names."""
        text = " ".join(dict(parameters(request.scope["query_string"])).get("q", "").split())[:200]
        found: dict[str, Any] = {"found": [], "total": 0, "kinds": {}, "labels": {}}
        if text:
            found = await self.front.lookup({"op": "search", "text": text, "most": _FOUND_AT_ONCE})
        names = self._names(request, found["labels"])
        hits = [
            {"name": names.name(iri), "kinds": [names.name(kind) for kind in found["kinds"].get(iri, ())]}
            for iri in found["found"]
        ]
        return self._draw(request, "search.html", text=text, hits=hits, total=found["total"])

    # -- things

    async def resource(self, request: Request) -> Response:
        """Answer for the IRI that a path stands for, below the project's base or in the profile's namespaces."""
        if request.method == "OPTIONS":
            return preflight("GET, HEAD, OPTIONS")
        path = self._path(request)
        if path.startswith("id/"):
            return await self._redirect(request, path)
        document = path.startswith("doc/")
        # the whole path first: what looks like a suffix may belong to the name
        readings: list[tuple[str, Form | None]] = [(path, None)]
        name, form = self._suffix(path)
        if form is not None:
            readings.append((name, form))
        if not document:
            for name, form in readings:
                namespace = self._namespace(name)
                if namespace is not None:
                    return await self._terms(request, namespace, form)
        candidates = {
            root + (f"id/{name.removeprefix('doc/')}" if document else name): form
            for name, form in readings
            for root in self._roots
        }
        iri = await self._known(list(candidates))
        if iri is None:
            raise await self._missing(request, path.removeprefix("doc/"))
        return await self._document(request, iri, candidates[iri])

    @property
    def _roots(self) -> tuple[str, ...]:
        """The IRIs that paths are read below: the project's base, and that of the shipped profile's terms."""
        return tuple(dict.fromkeys((self.base, DEFAULT_BASE)))

    def _path(self, request: Request) -> str:
        raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
        try:
            path = unquote(raw.decode("ascii").partition("?")[0].removeprefix("/"), errors="strict")
        except UnicodeDecodeError:
            raise RequestError(400, "the address is not UTF-8") from None
        if len(path) > _LONGEST_IRI or any(
            character.isspace() or character in '<>"{}|\\^`' or character < " " for character in path
        ):
            raise RequestError(404, "there is nothing here")
        return path

    @staticmethod
    def _suffix(path: str) -> tuple[str, Form | None]:
        for suffix, form in _BY_SUFFIX.items():
            if path.endswith(suffix) and len(path) > len(suffix):
                return path.removesuffix(suffix), form
        return path, None

    async def _known(self, candidates: list[str]) -> str | None:
        found: str | None = (await self.front.lookup({"op": "exists", "iris": candidates}))["iri"]
        return found

    async def _redirect(self, request: Request, path: str) -> Response:
        """Send from a thing to the document about it (https://www.w3.org/TR/cooluris/, 4.2)."""
        below = path.removeprefix("id/")
        name, form = self._suffix(below)
        candidates = [self.base + path] if form is None else [self.base + path, f"{self.base}id/{name}"]
        if await self._known(candidates) is None:
            raise await self._missing(request, path)
        query = request.scope["query_string"].decode("ascii", "replace")
        target = f"/doc/{_quoted(below)}" + (f"?{query}" if query else "")
        return RedirectResponse(target, 303, {**CORS, "vary": "Accept", "link": f'<{target}>; rel="describedby"'})

    async def _missing(self, request: Request, path: str) -> RequestError:
        """Return the error for an IRI of which nothing is said: gone, or never there, with the nearest names."""
        below = path.removeprefix("id/")
        current = self.front.snapshots.current()
        gone = current is not None and below in set(current.manifest().get("gone", ()))
        said = texts(self._language(request))
        status, message = (410, said["gone"]) if gone else (404, said["unknown"])
        return RequestError(status, f"{message}: {below[:200]}")

    async def about(self, request: Request) -> Response:
        """Show what is said of any IRI, such as a term of another vocabulary."""
        iri = dict(parameters(request.scope["query_string"])).get("iri", "")
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise RequestError(400, "the address needs ?iri= with an absolute IRI") from None
        if len(iri) > _LONGEST_IRI:
            raise RequestError(400, "the IRI is too long")
        form = choose(request.headers.get("accept"), _TRIPLE_FORMS)
        if form is None:
            raise self._not_acceptable()
        return await self._document(request, iri, form, address=f"/about?{urlencode({'iri': iri})}", suffixes=False)

    def _not_acceptable(self) -> RequestError:
        known = ", ".join(it.media_type for it in _TRIPLE_FORMS)
        return RequestError(406, f"this has one of the media types {known}", {"vary": "Accept"})

    async def _document(
        self, request: Request, iri: str, form: Form | None, *, address: str | None = None, suffixes: bool = True
    ) -> Response:
        asked = form
        if form is None:
            form = choose(request.headers.get("accept"), _TRIPLE_FORMS)
        if form is None:
            raise self._not_acceptable()
        names = self._names(request, {})
        document = address or names.path(iri) or f"/about?{urlencode({'iri': iri})}"
        links = [f'<{_header(iri)}>; rel="describedby"']
        if suffixes:
            links += [
                f'<{document}{it.suffix}>; rel="alternate"; type="{it.media_type}"'
                for it in _TRIPLE_FORMS
                if it is not form
            ]
        headers = {
            **CORS,
            "link": ", ".join(links),
            "vary": "Accept, Accept-Language" if asked is None else "Accept-Language",
            "cache-control": "no-cache",
        }
        if suffixes and asked is None:
            headers["content-location"] = f"{document}{form.suffix}"
        language = self._language(request) if form is HTML else ""
        etag = f'"{self.front.snapshot_id}-{form.name}{language}"'
        if form is not HTML:
            headers["etag"] = etag
            if not_modified(request, etag):
                return Response(status_code=304, headers={"etag": etag, "vary": headers["vary"]})
            content = await self._rdf(request, iri, form, document)
            return Response(content, headers={**headers, "content-type": form.content_type})
        found = await self.front.lookup({"op": "thing", "iri": iri})
        names = self._names(request, found["labels"])
        view = thing_view(iri, found, names)
        if not view.facts and not view.links:
            raise await self._missing(request, names.local(iri))
        tree = await self._json_ld(request, iri)
        forms = [
            {"name": it.name, "href": f"{document}{it.suffix}", "media_type": it.media_type}
            for it in _TRIPLE_FORMS
            if suffixes and it is not HTML
        ]
        return self._draw(request, "thing.html", headers=headers, view=view, json_ld=_script(tree), forms=forms)

    async def _triples(self, iri: str, namespace: str | None = None) -> list[ox.Triple]:
        found = await self.front.lookup({"op": "document", "iri": iri, "namespace": namespace})
        return [quad.triple for quad in ox.parse(found["triples"], format=ox.RdfFormat.N_TRIPLES)]

    async def _json_ld(self, _request: Request, iri: str) -> dict[str, Any]:
        triples = await self._triples(iri)
        return json_ld(triples, self.front.profile, id_base=self.front.project.id_base, root=iri)

    async def _rdf(self, request: Request, iri: str, form: Form, document: str, namespace: str | None = None) -> bytes:
        """Write what is said of an IRI; the document is about it (https://www.w3.org/TR/cooluris/, 5)."""
        triples = await self._triples(iri, namespace)
        if not triples:
            raise await self._missing(request, iri.removeprefix(self.base))
        if form.name == "jsonld":
            tree = json_ld(triples, self.front.profile, id_base=self.front.project.id_base, root=iri)
            return (json.dumps(tree, ensure_ascii=False, indent=2) + "\n").encode()
        if "?" not in document:
            page = ox.NamedNode(f"{self.base.rstrip('/')}{document}")
            topic = ox.NamedNode("http://xmlns.com/foaf/0.1/primaryTopic")
            triples.append(ox.Triple(page, topic, ox.NamedNode(iri)))
        return self._write(triples, form, {**self.front.prefixes, "foaf": "http://xmlns.com/foaf/0.1/"})

    @staticmethod
    def _write(triples: Iterable[ox.Triple], form: Form, prefixes: Mapping[str, str]) -> bytes:
        known = next(it for it in SERIALIZATIONS if it.name == form.name)
        return write_triples(triples, known, prefixes)

    # -- namespaces: the documents of hash IRIs, and of vocabularies

    def _namespace(self, name: str) -> str | None:
        """Return the namespace whose terms follow a path after '#' or '/', such as /cluster and /vocab/label-level."""
        terms = self.front.profile.ontology_terms
        for root in self._roots if name.strip("/") else ():
            for namespace in (f"{root}{name.rstrip('/')}#", f"{root}{name.rstrip('/')}/"):
                if any(term.startswith(namespace) for term in terms):
                    return namespace
        return None

    async def _terms(self, request: Request, namespace: str, form: Form | None) -> Response:
        asked = form
        form = form or choose(request.headers.get("accept"), _TRIPLE_FORMS)
        if form is None:
            raise self._not_acceptable()
        names = self._names(request, {})
        iri = namespace.rstrip("#/")
        document = names.path(iri) or f"/about?{urlencode({'iri': iri})}"
        links = [f'<{document}{it.suffix}>; rel="alternate"; type="{it.media_type}"' for it in _TRIPLE_FORMS]
        headers = {
            **CORS,
            "link": ", ".join(links),
            "vary": "Accept, Accept-Language" if asked is None else "Accept-Language",
        }
        if form is not HTML:
            content = await self._rdf(request, iri, form, document, namespace)
            return Response(content, headers={**headers, "content-type": form.content_type})
        found = await self.front.lookup({"op": "terms", "namespace": namespace})
        about = await self.front.lookup({"op": "thing", "iri": iri})
        names = self._names(request, {**about["labels"], **found["labels"]})
        terms = [
            {
                "name": names.name(term),
                "anchor": term.removeprefix(namespace),
                "kinds": [names.name(kind) for kind in entry["types"]],
                "definition": names.pick(entry["definitions"]),
                "uses": entry["uses"],
                "iri": term,
            }
            for term, entry in found["terms"].items()
        ]
        forms = [
            {"name": it.name, "href": f"{document}{it.suffix}", "media_type": it.media_type}
            for it in _TRIPLE_FORMS
            if it is not HTML
        ]
        view = thing_view(iri, about, names)
        return self._draw(request, "terms.html", headers=headers, view=view, terms=terms, forms=forms)

    # -- descriptions of the service

    async def _counted(self) -> dict[str, Any]:
        if self._statistics is None:
            self._statistics = await self.front.lookup({"op": "statistics"})
        return self._statistics

    async def endpoint(self, request: Request) -> Response:
        """Answer a bare request to the endpoint: the query page, or the service description (its chapter 2)."""
        form = choose(request.headers.get("accept"), (*GRAPHS, HTML)) if request.method != "POST" else None
        if request.method == "POST":
            raise RequestError(400, "the request has no query")
        if form is None:
            raise self._not_acceptable()
        if form is HTML:
            return await self.query_page(request, Operation())
        front = self.front
        address = front.address(request)
        endpoint = f"{address}/sparql" + ("/" if request.scope["path"].endswith("/") else "")
        counted = await self._counted()
        triples = [
            *description.service_description(
                endpoint, self.base, counted, writable=front.writable, federated=bool(front.settings.services)
            ),
            *self._void_triples(address, counted),
        ]
        content = self._write(triples, form, {**front.prefixes, **description.PREFIXES})
        return Response(content, headers={**CORS, "content-type": form.content_type, "vary": "Accept"})

    def _void_triples(self, address: str, counted: dict[str, Any]) -> list[ox.Triple]:
        namespaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in counted["properties"]}
        title = f"pressgraph: {self.base}"
        return list(
            description.void_description(address, self.base, counted, title=title, vocabularies=sorted(namespaces))
        )

    async def void(self, request: Request) -> Response:
        """Describe the dataset."""
        form = choose(request.headers.get("accept"), GRAPHS) or GRAPHS[0]
        triples = self._void_triples(self.front.address(request), await self._counted())
        content = self._write(triples, form, {**self.front.prefixes, **description.PREFIXES})
        return Response(content, headers={**CORS, "content-type": form.content_type, "vary": "Accept"})

    async def well_known_void(self, _request: Request) -> Response:
        """Send on to the description of the dataset (VoID, 7.2)."""
        return RedirectResponse("/void", 302, CORS)

    async def robots(self, _request: Request) -> Response:
        """Keep crawlers out of the endpoint; things are there to be read."""
        return PlainTextResponse("User-agent: *\nDisallow: /sparql\nDisallow: /search\nDisallow: /store\n")

    # -- the query page

    async def query_page(self, request: Request, operation: Operation) -> Response:
        """Show the editor, the saved queries as forms, and a query's result."""
        front = self.front
        fields = dict(parameters(request.scope["query_string"]))
        text, saved, values, problem = operation.query or "", None, {}, ""
        if "saved" in fields:
            saved = front.saved_queries.get(fields["saved"])
            if saved is None:
                problem = did_you_mean(fields["saved"], front.saved_queries, otherwise="the list has them all") or ""
                problem = f"there is no saved query '{fields['saved'][:100]}' ({problem})"
            else:
                values = {
                    name.removeprefix("p."): value.strip()
                    for name, value in fields.items()
                    if name.startswith("p.") and value.strip() and name.removeprefix("p.") in saved.parameters
                }
                try:
                    text = saved.fill(values, front.profile, front.project.id_base)
                except PressgraphError as error:
                    problem, text = str(error), ""
        result = None
        status = 200
        run = bool(operation.query) or (saved is not None and "run" in fields)
        if run and text and not problem:
            try:
                result = await self._result(request, text, operation)
            except RequestError as error:
                problem, status = error.message, error.status
        suggestion = (
            "SELECT ?thing ?name WHERE {\n  ?thing a clu:ClusterOrganisation ;\n    schema:name ?name .\n}\nLIMIT 20\n"
        )
        downloads = [{"name": name, "query": text, "media_type": media_type} for name, media_type in _downloads(result)]
        return self._draw(
            request,
            "query.html",
            status=status if problem and run else 200,
            text=text or suggestion,
            saved=saved,
            values=values,
            queries=list(front.saved_queries.values()),
            problem=problem,
            result=result,
            downloads=downloads,
            dataset=[
                *(("default-graph-uri", iri) for iri in operation.default or ()),
                *(("named-graph-uri", iri) for iri in operation.named or ()),
            ],
            completion=_script(self._completion()),
            more=_ROWS_SHOWN,
            defaults={name: _default(it.default) for name, it in saved.parameters.items()} if saved else {},
        )

    def _completion(self) -> dict[str, Any]:
        profile = self.front.profile
        known = {profile.curie(iri) for iri in profile.ontology_terms}
        return {"prefixes": self.front.prefixes, "terms": sorted(it for it in known if it is not None)}

    async def _result(self, request: Request, text: str, operation: Operation) -> dict[str, Any]:
        from pressgraph.errors import QueryError
        from pressgraph.query.guard import check_query
        from pressgraph.query.remote import query_form

        front = self.front
        try:
            check_query(text, front.endpoint.limits)
        except QueryError as error:
            raise RequestError(400, str(error)) from error
        graph = query_form(text) in {"CONSTRUCT", "DESCRIBE"}
        form = GRAPHS[0] if graph else JSON
        base = front.address(request) + "/sparql"
        asked = Operation(query=text, default=operation.default, named=operation.named)
        key = (front.snapshot_id, text, operation.default, operation.named, form.name, base)
        known = front.endpoint.cache.get(key)
        if known is not None:
            content, exchange = known.body, None
        else:
            content, exchange = await front.endpoint.evaluate(request, asked, form, base, key)
        if exchange is not None:
            exchange.close()
            raise RequestError(413, "the result is too large for a page; add a LIMIT, or download it")
        if graph:
            return {"kind": "graph", "text": content.decode("utf-8", "replace")[:_MOST_SHOWN]}
        found = json.loads(content)
        if "boolean" in found:
            return {"kind": "boolean", "answer": found["boolean"]}
        names = self._names(request, {})
        return result_view(found, names, _ROWS_SHOWN)


def _downloads(result: dict[str, Any] | None) -> list[tuple[str, str]]:
    match result and result["kind"]:
        case "rows":
            return [
                ("CSV", "text/csv"),
                ("TSV", "text/tab-separated-values"),
                ("JSON", "application/sparql-results+json"),
                ("XML", "application/sparql-results+xml"),
            ]
        case "graph":
            return [(it.name, it.media_type) for it in GRAPHS]
    return []


def _default(text: str) -> str:
    """Return what a form shows for a parameter's default: its text, nothing for 'any'."""
    if text == "UNDEF":
        return ""
    return text.partition("^^")[0].strip().strip('"<>')


def _quoted(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~-._")


def _header(iri: str) -> str:
    """Return an IRI as a header can carry it: an ASCII URI without controls."""
    return quote(iri, safe="/:@!$&'()*+,;=~-._?#[]%")


def _script(value: Any) -> str:
    """Return JSON that can stand in a script element: no '<' in it, so that nothing ends the element."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
