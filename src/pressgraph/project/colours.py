"""The project's one colour, in both schemes: what is set in it can be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

READABLE = 4.5
_LIGHT, _DARK, _INK_ON_DARK = (255, 255, 255), (20, 23, 26), (12, 21, 24)
_STEPS = 20

Colour = tuple[int, int, int]


def colour(text: str) -> Colour:
    """Return a colour that is written `#rrggbb`.

    >>> colour("#0b5364")
    (11, 83, 100)
    """
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).

    >>> round(contrast((255, 255, 255), (0, 0, 0)))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def accent_rules(accent: str | None) -> str:
    """Return the rules of a sheet for an accent that can be read on white; nothing for none.

    For the dark scheme it is lightened until it can be read there.
    """
    if accent is None:
        return ""
    light = colour(accent)
    dark = next(
        it for step in range(_STEPS + 1) if contrast(it := _mixed(light, _LIGHT, step / _STEPS), _DARK) >= READABLE + 1
    )
    in_light = f"--accent: {_written(light)}; --on-accent: #fff; --accent-wash: {_written(_mixed(light, _LIGHT, 0.9))};"
    in_dark = (
        f"--accent: {_written(dark)}; --on-accent: {_written(_INK_ON_DARK)}; "
        f"--accent-wash: {_written(_mixed(dark, _DARK, 0.82))};"
    )
    return f"\n:root {{ {in_light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {in_dark} }} }}\n"


def _luminance(value: Colour) -> float:
    def part(number: int) -> float:
        share = number / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB

    red, green, blue = map(part, value)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _written(value: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*value)
