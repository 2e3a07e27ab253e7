"""How reference managers read what to cite: BibTeX and RIS."""

from __future__ import annotations

import re

_TEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_TEX |= {it: f"\\{it}" for it in "&%$#_"}


def bibtex(title: str, site: str, address: str, day: str) -> str:
    """Return an entry for BibTeX; its key is the end of the address, `day` is YYYY-MM-DD.

    >>> print(bibtex("A & B", "Facts", "https://e.example/id/agent/a", "2026-06-01"))
    @misc{agent-a,
      title = {{A \\& B}},
      howpublished = {Facts},
      url = {https://e.example/id/agent/a},
      urldate = {2026-06-01},
    }
    """
    key = "-".join(re.sub(r"[^A-Za-z0-9_-]+", "-", it).strip("-") for it in address.rsplit("/", 2)[1:]).strip("-")
    # the address stands as it is, but for what would end the value
    plain = address.replace("{", "%7B").replace("}", "%7D")
    return (
        f"@misc{{{key or 'page'},\n  title = {{{{{_tex(title)}}}}},\n  howpublished = {{{_tex(site)}}},\n"
        f"  url = {{{plain}}},\n  urldate = {{{day}}},\n}}"
    )


def ris(title: str, site: str, address: str, day: str) -> str:
    """Return a record in RIS: one line for each field, an electronic source."""
    fields = (
        ("TY", "ELEC"),
        ("TI", title),
        ("T2", site),
        ("UR", address),
        ("Y2", f"{day.replace('-', '/')}/"),
        ("ER", ""),
    )
    return "\n".join(f"{tag}  - {' '.join(value.split())}" for tag, value in fields)


def _tex(text: str) -> str:
    return "".join(_TEX.get(it, it) for it in " ".join(text.split()))
