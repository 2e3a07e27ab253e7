"""Language tags of facts: which are registered, and what a wrong one was probably meant to be."""

from __future__ import annotations

import re

from pressgraph.facts.rules import phrase
from pressgraph.languages import is_well_formed
from pressgraph.spelling import suggestion

_LANGUAGES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "englisch": "en",
    "french": "fr",
    "uk": "en-gb",
}
# ISO 639-1, all of which are registered
_TWO_LETTERS = frozenset(
    re.findall(
        "..",
        "aaabaeafakamanarasavayazbabebgbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagdglgn"
        "gugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkml"
        "mnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsrssstsusvswtate"
        "tgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu",
    )
)
_LONGEST_TAG = 100
_THREE_LETTERS = 3


def good_language(tag: str) -> bool:
    """Tell whether a language tag is well-formed and registered (BCP 47, RFC 5646 2.2.9)."""
    if tag in _TWO_LETTERS:
        return True
    # the parser of tags calls itself for each part
    if len(tag) > _LONGEST_TAG or not is_well_formed(tag):
        return False
    if tag.startswith("x-"):
        return True
    # its tables take longer to load than a facts file to read
    import langcodes

    # RFC 5646 (2.2.1) registers no code of three letters where there is one of two: nothing would find its texts
    primary = tag.partition("-")[0]
    return bool(langcodes.tag_is_valid(tag)) and (
        len(primary) != _THREE_LETTERS or len(langcodes.standardize_tag(primary)) == len(primary)
    )


def language_hint(tag: str) -> str:
    """Say what a wrong tag was probably meant to be, else what tags look like."""
    import langcodes

    meant = _LANGUAGES.get(tag.lower())
    if meant is None:
        try:
            standard = langcodes.standardize_tag(tag.replace("_", "-"))
        except ValueError:
            standard = ""
        meant = standard if standard != tag and good_language(standard.lower()) else None
    return (
        suggestion(meant)
        if meant
        else phrase(
            "write a language code, such as en or de; if it belongs to the text before it, put that text in quotes"
        )
    )
