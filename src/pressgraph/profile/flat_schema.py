"""Write the JSON Schema of what a model answers about a text: flat, and small.

The JSON Schema of facts files nests, refers to itself and has patterns for names of properties: what restricts the
answers of models refuses that, or makes a grammar of many megabytes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pressgraph.profile.model import Profile


def flat_json_schema(profile: Profile) -> dict[str, Any]:
    """Return the JSON Schema of proposals under a profile: things, and statements with the words that say them."""
    classes = [it.name for it in profile.classes.values() if it.deprecated is None and it.uses]
    keys = [it.name for it in profile.keys.values() if it.deprecated is None]
    scheme = profile.schemes.get("epistemic-status")
    statuses = [name for name in (scheme.concepts if scheme is not None else ()) if name != "derived"]
    text = {"type": "string"}
    return _closed(
        things=_list(_closed(ref=text, type={"enum": classes}, name=text, quote=text)),
        statements=_list(
            _closed(
                about=text,
                key={"enum": keys},
                value=text,
                is_ref={"type": "boolean"},
                quote=text,
                status={"enum": statuses} if statuses else text,
            )
        ),
    )


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
