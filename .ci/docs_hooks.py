"""What the documentation's site has beside `docs/`: the root's pages, and a page for each rule.

MkDocs calls this (`hooks` in mkdocs.yml); nothing is written into the checkout.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

import pressgraph
from pressgraph.validation.explain.rule_pages import as_markdown
from pressgraph.validation.explain.rules import explanations

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
# a file of the checkout → its page
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
}
_FILE_OF = {page: file for file, page in PAGES.items()}
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that do not lie in docs/."""
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    here = pressgraph.open(ROOT)
    rules = explanations(here.project, here.profile)
    for rule in rules.values():
        files.append(File.generated(config, f"rules/{rule.id}.md", content=as_markdown(rule)))
    lines = ["# Rules", "", "What reports name in brackets; `pressgraph rule ID` explains one in a terminal.", ""]
    for kind in dict.fromkeys(str(it.kind) for it in rules.values()):
        lines += [f"## {kind.capitalize()}", ""]
        lines += [f"- [{name}]({name}.md)" for name in sorted(rules) if str(rules[name].kind) == kind]
        lines += [""]
    files.append(File.generated(config, "rules/index.md", content="\n".join(lines)))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Let links of the checkout's pages lead to the site's; what is no page of it stays as text.

    MkDocs reports what is left over: with `strict` a link to nothing fails the build.
    """
    source = _FILE_OF.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def link(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        uri = PAGES.get(path, path.removeprefix("docs/") if path.startswith("docs/") else "")
        if not uri:
            # a folder or a file of the checkout, which must be there
            return text if (ROOT / path).exists() else match[0]
        return f"[{text}]({posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or '.')}{anchor})"

    # pictures lie in docs/
    markdown = markdown.replace("](docs/pictures/", "](pictures/")
    blocks = re.split(r"(^```.*?^```[^\n]*$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(block if block.startswith("```") else _LINK.sub(link, block) for block in blocks)
