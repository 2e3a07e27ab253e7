"""The rules that facts files obey: one sentence each, by rule id, in English and German."""

from __future__ import annotations

from typing import NamedTuple

from pressgraph.errors import Place, Problem
from pressgraph.i18n import Text, in_language


class Rule(NamedTuple):
    """What is wrong, and what to do where that is always the same: each in English and German."""

    en: str
    de: str
    hint: tuple[str, str] | None = None


RULES: dict[str, Rule] = {
    # the file
    "unreadable": Rule("the file cannot be read: {reason}", "die Datei lässt sich nicht lesen: {reason}"),
    "too-large": Rule("the file is larger than {limit}", "die Datei ist größer als {limit}", ("split it into several files", "auf mehrere Dateien verteilen")),
    "not-utf8": Rule("the text is not UTF-8 ({found})", "der Text ist nicht UTF-8 ({found})", ("save the file as UTF-8", "die Datei als UTF-8 speichern")),
    "bad-character": Rule("{character} cannot stand in a facts file", "{character} darf nicht in einer Faktendatei stehen", ("remove it", "entfernen")),
    "yaml-syntax": Rule("not valid YAML: {reason}", "kein gültiges YAML: {reason}"),
    "rdf-syntax": Rule("not valid {format}: {reason}", "kein gültiges {format}: {reason}"),
    "tab": Rule("a tab where spaces belong", "ein Tabulator, wo Leerzeichen hingehören", ("indent with spaces", "mit Leerzeichen einrücken")),
    "too-deep": Rule("nested deeper than {limit} levels", "tiefer als {limit} Ebenen verschachtelt", ("name the inner thing with an id and state it as a fact of its own", "das innere Ding mit einer Kennung benennen und als eigenen Fakt angeben")),
    "second-document": Rule("a second YAML document starts here", "hier beginnt ein zweites YAML-Dokument", ("one file, one source: remove '---' and what follows", "eine Datei, eine Quelle: '---' und alles danach entfernen")),
    "alias": Rule("'*{name}' refers to another place", "'*{name}' verweist auf eine andere Stelle", ("repeat the value; aliases are not followed", "den Wert wiederholen; Aliasse werden nicht verfolgt")),
    "anchor": Rule("'&{name}' names a place for aliases", "'&{name}' benennt eine Stelle für Aliasse", ("remove it; aliases are not followed", "entfernen; Aliasse werden nicht verfolgt")),
    "tag": Rule("'{tag}' forces a type", "'{tag}' erzwingt einen Typ", ("remove it; the profile knows the types", "entfernen; das Profil kennt die Typen")),
    "duplicate-key": Rule("'{key}' stands twice in one node, first in line {line}", "'{key}' steht zweimal in einem Knoten, zuerst in Zeile {line}", ("write several values as a list", "mehrere Werte als Liste schreiben")),
    "key-not-text": Rule("a key must be a word", "ein Schlüssel muss ein Wort sein"),
    "empty-file": Rule("the file is empty", "die Datei ist leer", ("start with 'source:' and 'facts:', or copy a sample made by 'pressgraph init'", "mit 'source:' und 'facts:' beginnen oder das Muster von 'pressgraph init' nehmen")),
    "not-a-mapping": Rule("{what} must be a node with keys", "{what} muss ein Knoten mit Schlüsseln sein", ("write 'key: value' lines", "Zeilen der Form 'Schlüssel: Wert' schreiben")),
    "not-a-list": Rule("'facts' must be a list", "'facts' muss eine Liste sein", ("start each fact with '- id:'", "jeden Fakt mit '- id:' beginnen")),
    "missing-section": Rule("'{section}:' is missing", "'{section}:' fehlt"),
    "source-twice": Rule("'{other}' holds facts of the source '{source}' too", "auch '{other}' enthält Fakten der Quelle '{source}'", ("keep the facts of one source in one file", "die Fakten einer Quelle in einer Datei halten")),
    "unknown-section": Rule("'{section}' is not a section of a facts file", "'{section}' ist kein Abschnitt einer Faktendatei"),
    "not-json": Rule("not a line of JSON: {reason}", "keine Zeile JSON: {reason}", ("JSON Lines: one object on each line", "JSON Lines: ein Objekt je Zeile")),
    # tables
    "not-a-table": Rule("the table cannot be read: {reason}", "die Tabelle lässt sich nicht lesen: {reason}"),
    "no-header": Rule("the first row must name the columns", "die erste Zeile muss die Spalten benennen", ("'pressgraph facts template KIND' writes a table to start from", "'pressgraph facts template ART' schreibt eine Tabelle zum Anfangen")),
    "repeated-header": Rule("the column '{header}' stands twice, first in column {first}", "die Spalte '{header}' steht zweimal da, zuerst als Spalte {first}", ("remove one; several values go into one cell, with | between them", "eine entfernen; mehrere Werte stehen in einer Zelle, mit | dazwischen")),
    "no-column": Rule("the table has no column '{header}', which [tables] names", "die Tabelle hat keine Spalte '{header}', die [tables] nennt"),
    "unmapped-header": Rule("'{header}' is not a key of the profile", "'{header}' ist kein Schlüssel des Profils"),
    "cell-outside": Rule("the cell stands in a column without a header", "die Zelle steht in einer Spalte ohne Überschrift", ("name the column, or empty the cell", "die Spalte benennen oder die Zelle leeren")),
    "formula": Rule("the cell holds a formula without a result", "die Zelle enthält eine Formel ohne Ergebnis", ("open the file in a spreadsheet program and save it, or write the value", "die Datei in einer Tabellenkalkulation öffnen und speichern oder den Wert schreiben")),
    "cell-error": Rule("the cell holds the error {value}", "die Zelle enthält den Fehler {value}", ("correct the formula, or write the value", "die Formel berichtigen oder den Wert schreiben")),
    "cell-not-text": Rule("the cell holds {text} as {kind}, not as text", "die Zelle enthält {text} als {kind}, nicht als Text", ("format the cell as text and type the value again: a spreadsheet drops what looks needless, such as leading zeros", "die Zelle als Text formatieren und den Wert neu eingeben: führende Nullen gehen sonst verloren")),
    "cell-binary": Rule("the cell holds bytes, not text", "die Zelle enthält Bytes und keinen Text", ("leave the column out, or write it as text where the table comes from", "die Spalte weglassen oder dort, wo die Tabelle herkommt, als Text schreiben")),
    "no-source": Rule("the row does not say which document it was read from", "die Zeile sagt nicht, aus welchem Dokument sie stammt", ("add a column 'source' with the document's id, or a sheet 'source'", "eine Spalte 'source' mit der Kennung des Dokuments ergänzen oder ein Blatt 'source'")),
    "template-gap": Rule("the template '{template}' needs the column '{name}', which is empty here", "die Vorlage '{template}' braucht die Spalte '{name}', die hier leer ist"),
    "slug-collision": Rule("'{value}' and '{other}' (row {line}) both become '{id}'", "'{value}' und '{other}' (Zeile {line}) werden beide zu '{id}'", ("write the id of one of them in full", "eine der Kennungen ausschreiben")),
    # nodes
    "missing-id": Rule("a fact needs the id of the thing that it is about", "ein Fakt braucht die Kennung des Dings, um das es geht", ("add 'id: kind/name', such as 'id: agent/example'", "'id: Art/Name' ergänzen, etwa 'id: agent/example'")),
    "empty-fact": Rule("the fact says nothing about '{id}'", "der Fakt sagt nichts über '{id}'", ("add a key with a value, or remove the fact", "einen Schlüssel mit Wert ergänzen oder den Fakt entfernen")),
    "bad-id": Rule("'{id}' is not an id", "'{id}' ist keine Kennung"),
    "dangling-id": Rule("no fact describes '{id}'", "kein Fakt beschreibt '{id}'"),
    "unknown-prefix": Rule("'{prefix}:' in '{id}' is not a prefix of the profile", "'{prefix}:' in '{id}' ist kein Präfix des Profils"),
    "unknown-type": Rule("'{type}' is not a class of the profile", "'{type}' ist keine Klasse des Profils"),
    "unknown-key": Rule("'{key}' is not a key of the profile", "'{key}' ist kein Schlüssel des Profils"),
    "misplaced-key": Rule("'{key}' is not a key of {types}", "'{key}' ist kein Schlüssel von {types}"),
    "receipt-inside": Rule("'{key}' is said of a whole fact, not of a nested node", "'{key}' gilt für einen ganzen Fakt, nicht für einen inneren Knoten", ("move it to the fact", "zum Fakt verschieben")),
    # values
    "no-value": Rule("'{key}' has no value", "'{key}' hat keinen Wert", ("write one, or remove the key", "einen schreiben oder den Schlüssel entfernen")),
    "not-text": Rule("'{key}' wants {wanted}, not {found}", "'{key}' verlangt {wanted}, nicht {found}"),
    "ambiguous-text": Rule("YAML reads {text} as {kind}, not as text", "YAML liest {text} als {kind}, nicht als Text"),
    "unknown-term": Rule("'{term}' is not a term of the vocabulary '{scheme}'", "'{term}' ist kein Begriff des Vokabulars '{scheme}'"),
    "not-listed": Rule("'{value}' is not one of the values of '{key}'", "'{value}' ist keiner der Werte von '{key}'"),
    "bad-literal": Rule("'{value}' is not {wanted}", "'{value}' passt nicht; verlangt ist {wanted}"),
    "bad-language": Rule("'{tag}' is not a language tag", "'{tag}' ist keine Sprachangabe"),
    "language-not-allowed": Rule("'{key}' is not written in '{tag}'", "'{key}' wird nicht in '{tag}' geschrieben"),
    "language-missing": Rule("'{key}' needs to say its language", "'{key}' braucht eine Sprachangabe"),
    "language-unwanted": Rule("'{key}' takes no language", "'{key}' hat keine Sprachangabe", ("write the value itself", "den Wert selbst schreiben")),
    "control-character": Rule("the text of '{key}' holds {character}, which cannot be published", "der Text von '{key}' enthält {character}, das nicht veröffentlicht werden kann", ("remove it", "entfernen")),
    "single-value": Rule("'{key}' has one value, not {count}", "'{key}' hat einen Wert, nicht {count}", ("keep one", "einen behalten")),
    "contradiction": Rule("'{key}' of '{id}' is '{value}' here and '{other}' in line {line}", "'{key}' von '{id}' ist hier '{value}' und in Zeile {line} '{other}'", ("a thing has one of these", "ein Ding hat davon nur eins")),
    # receipts
    "unknown-status": Rule("'{status}' is not a status", "'{status}' ist kein Status"),
    "bad-evidence": Rule("evidence must be [start, end], or a list of such spans: {reason}", "evidence muss [Anfang, Ende] sein oder eine Liste davon: {reason}"),
    "evidence-outside": Rule("characters {start}–{end} are outside the source's text, which has {length}", "die Zeichen {start}–{end} liegen außerhalb des Quelltextes, der {length} hat"),
    "hash-differs": Rule("the text of {file} has another SHA-256: {found}", "der Text von {file} hat einen anderen SHA-256: {found}"),
    "bad-hash": Rule("'{value}' is not a SHA-256", "'{value}' ist kein SHA-256", ("64 hexadecimal digits, as 'sha256sum FILE' prints them", "64 hexadezimale Ziffern, wie 'sha256sum DATEI' sie ausgibt")),
    "source-file": Rule("the source's text {file} cannot be read: {reason}", "der Text {file} der Quelle lässt sich nicht lesen: {reason}", ("correct 'file:', or remove it", "'file:' berichtigen oder entfernen")),
    "not-boolean": Rule("'{key}' must be true or false, not '{value}'", "'{key}' muss true oder false sein, nicht '{value}'"),
    "personal-unmarked": Rule("'{key}' is personal data, and the fact does not say so", "'{key}' sind personenbezogene Daten, und der Fakt sagt das nicht", ("add 'personal: true' to the fact, so that it is not published", "'personal: true' beim Fakt ergänzen, damit er nicht veröffentlicht wird")),
    "bad-allow": Rule("'allow' must be a list of 'rule: reason'", "'allow' muss eine Liste aus 'Regel: Grund' sein"),
    "same-fact-twice": Rule("this fact says the same as the one in line {line}", "dieser Fakt sagt dasselbe wie der in Zeile {line}", ("remove one, and give the other both evidence spans", "einen entfernen und dem anderen beide Belegstellen geben")),
    "unused-allowance": Rule("'{rule}' is allowed here, but nothing breaks it", "'{rule}' ist hier erlaubt, aber nichts verstößt dagegen", ("remove it from 'allow'", "aus 'allow' entfernen")),
}  # fmt: skip

# What hints and sentences are made of, where it depends on the mistake.
PHRASES: dict[str, tuple[str, str]] = {
    "known": ("known: {words}", "bekannt: {words}"),
    "write": ("write {value}", "{value} schreiben"),
    "either": ("write {one}, or {other} if that is meant", "{one} schreiben oder {other}, wenn das gemeint ist"),
    "billion": ("'billion' is a thousand million in English and a million million in German: write bn or Mrd for the first, or all digits", "„billion“ sind im Englischen tausend Millionen, im Deutschen eine Million Millionen: für das erste Mrd oder bn schreiben, sonst alle Ziffern"),
    "grouped-digits": ("is it {whole}, or {part} and a fraction? write the digits alone", "ist es {whole} oder {part} und ein Bruchteil? nur die Ziffern schreiben"),
    "add-or-use": ("nothing is described under that id: add '- id: {id}', or use one that is, such as {ids}", "unter dieser Kennung ist nichts beschrieben: '- id: {id}' ergänzen oder eine nehmen, die es gibt, etwa {ids}"),
    "write-quoted": ("write it in quotes: {value}", "in Anführungszeichen schreiben: {value}"),
    "no-such-day": ("there is no such day", "diesen Tag gibt es nicht"),
    "serial-date": ("is it a spreadsheet's number for {value}? format the cell as a date", "ist das die Zahl einer Tabellenkalkulation für {value}? die Zelle als Datum formatieren"),
    "date-form": ("write year-month-day, such as 2019-01-31", "Jahr-Monat-Tag schreiben, etwa 2019-01-31"),
    "when-form": ("write 2019-01-31, 2019-01, 2019, 'mid 2019-01', '2019-Q1', 'spring 2019', 'before 2019-01-31', 'after 2019' or 'about 2019'", "2019-01-31, 2019-01, 2019, 'mid 2019-01', '2019-Q1', 'spring 2019', 'before 2019-01-31', 'after 2019' oder 'about 2019' schreiben"),
    "period-form": ("write a year, a month, a quarter or two of them, such as 2020/2022", "ein Jahr, einen Monat, ein Quartal oder zwei davon schreiben, etwa 2020/2022"),
    "duration-form": ("write, for example, P2Y for two years or P18M for eighteen months", "zum Beispiel P2Y für zwei Jahre oder P18M für achtzehn Monate schreiben"),
    "add-fact": ("add a fact about it: '- id: {id}'", "einen Fakt darüber ergänzen: '- id: {id}'"),
    "id-form": ("an id is a kind and a name, such as agent/example-cluster", "eine Kennung ist Art und Name, etwa agent/example-cluster"),
    "ids-look-like": ("ids look like agent/example-cluster", "Kennungen sehen aus wie agent/example-cluster"),
    "elsewhere": ("it belongs elsewhere in the file", "es gehört an eine andere Stelle der Datei"),
    "belongs-to": ("it belongs to {classes}", "es gehört zu {classes}"),
    "list-keys": ("'pressgraph profile keys' lists them", "'pressgraph profile keys' zählt sie auf"),
    "language-form": ("write a language code, such as en or de; if it belongs to the text before it, put that text in quotes", "einen Sprachcode schreiben, etwa en oder de; gehört es zum Text davor, diesen in Anführungszeichen setzen"),
    "write-language": ("write it with its language: {{ en: {text} }} if that is English", "mit seiner Sprache schreiben: {{ de: {text} }}, wenn das Deutsch ist"),
    "column-language": ("name the column by the language of its texts: {key}.en or {key}.de", "die Spalte nach der Sprache ihrer Texte benennen: {key}.de oder {key}.en"),
    "text-changed": ("the text has changed since the offsets were counted: check the evidence, then write the new hash", "der Text wurde nach dem Zählen der Stellen geändert: Belege prüfen, dann den neuen Wert eintragen"),
    "personal-source": ("say it in a fact with 'personal: true', not of the source", "in einem Fakt mit 'personal: true' angeben, nicht bei der Quelle"),
    "colon-quotes": ("a text with ': ' in it needs quotes", "ein Text mit ': ' braucht Anführungszeichen"),
    "deeper": ("the line stands deeper than the one before, which has a value already: align it with its neighbours", "die Zeile ist tiefer eingerückt als die davor, die schon einen Wert hat: wie die Nachbarn einrücken"),
    "flow-quotes": ("in braces and brackets a text with a comma or a colon needs quotes: put the text in quotes", "in geschweiften und eckigen Klammern braucht ein Text mit Komma oder Doppelpunkt Anführungszeichen: den Text in Anführungszeichen setzen"),
    "conflict": ("two versions stand here that git could not merge: keep one, and remove the lines with <<<<<<<, ======= and >>>>>>>", "hier stehen zwei Fassungen, die git nicht zusammenführen konnte: eine behalten und die Zeilen mit <<<<<<<, ======= und >>>>>>> entfernen"),
    "no-break-space": ("here stands a no-break space (U+00A0), which looks like a space: replace it with a plain one", "hier steht ein geschütztes Leerzeichen (U+00A0), das wie ein Leerzeichen aussieht: durch ein gewöhnliches ersetzen"),
    "dash": ("here stands a dash: an item of a list begins with a hyphen and a space, '- '", "hier steht ein Gedankenstrich: ein Listenpunkt beginnt mit Bindestrich und Leerzeichen, '- '"),
    "hyphen-space": ("a space belongs after the hyphen: '- id: …'", "nach dem Bindestrich gehört ein Leerzeichen: '- id: …'"),
    "colon-space": ("a space belongs after the colon: 'key: value'", "nach dem Doppelpunkt gehört ein Leerzeichen: 'Schlüssel: Wert'"),
    "apostrophe": ("an apostrophe ends a text in single quotes: use double quotes around it", "ein Apostroph beendet einen Text in einfachen Anführungszeichen: doppelte darum setzen"),
    "begins-with": ("a text that begins with @, *, &, % or ` needs quotes", "ein Text, der mit @, *, &, % oder ` beginnt, braucht Anführungszeichen"),
    "escape-quotes": ("in double quotes a backslash starts an escape; use single quotes", "in doppelten Anführungszeichen leitet der Rückstrich ein Sonderzeichen ein; einfache verwenden"),
    "a-date": ("a date", "ein Datum"),
    "a-when": ("a day, a month, a year or a form for less exact dates", "ein Tag, ein Monat, ein Jahr oder eine Form für ungenauere Angaben"),
    "a-period": ("a period, such as 2020/2022 or 2024-Q3", "ein Zeitraum wie 2020/2022 oder 2024-Q3"),
    "a-date-time": ("a date with a time, such as 2019-01-31T18:00:00+01:00", "ein Datum mit Uhrzeit wie 2019-01-31T18:00:00+01:00"),
    "a-year": ("a year of four digits", "ein Jahr mit vier Ziffern"),
    "a-month": ("a month, such as 2019-01", "ein Monat wie 2019-01"),
    "a-duration": ("a duration", "eine Dauer"),
    "an-integer": ("a whole number", "eine ganze Zahl"),
    "from-zero": ("a whole number from 0", "eine ganze Zahl ab 0"),
    "from-one": ("a whole number from 1", "eine ganze Zahl ab 1"),
    "a-decimal": ("a number with a decimal point, of at most 18 digits on each side", "eine Zahl mit Dezimalpunkt und höchstens 18 Ziffern auf jeder Seite"),
    "at-most": ("a whole number up to {most}", "eine ganze Zahl bis {most}"),
    "from-to": ("a whole number from {least} to {most}", "eine ganze Zahl von {least} bis {most}"),
    "a-double": ("a number, such as 1.5 or 1.5e3", "eine Zahl wie 1.5 oder 1.5e3"),
    "a-date-time-stamp": ("a date with a time and a time zone, such as 2019-01-31T18:00:00+01:00", "ein Datum mit Uhrzeit und Zeitzone wie 2019-01-31T18:00:00+01:00"),
    "a-time": ("a time, such as 18:00:00", "eine Uhrzeit wie 18:00:00"),
    "a-month-alone": ("a month, such as --05", "ein Monat wie --05"),
    "a-day-alone": ("a day of the month, such as ---15", "ein Tag des Monats wie ---15"),
    "a-month-day": ("a day of the year, such as --05-15", "ein Tag des Jahres wie --05-15"),
    "months-duration": ("a duration in years and months, such as P18M", "eine Dauer in Jahren und Monaten wie P18M"),
    "days-duration": ("a duration in days and hours, such as P2D or PT36H", "eine Dauer in Tagen und Stunden wie P2D oder PT36H"),
    "hexadecimal": ("hexadecimal digits, two for each byte", "hexadezimale Ziffern, zwei für jedes Byte"),
    "base64": ("bytes in Base64", "Bytes in Base64"),
    "a-language": ("a language code, such as en or de", "ein Sprachcode wie en oder de"),
    "meant-as-text": ('if it is meant as text, write {{ "@value": {value} }}', 'ist Text gemeint: {{ "@value": {value} }} schreiben'),
    "value-object": ('a value object has "@value", and "@type" or "@language"', 'ein Wertobjekt hat "@value" und "@type" oder "@language"'),
    "a-boolean": ("true or false", "true oder false"),
    "an-address": ("an address, such as https://example.org/", "eine Adresse wie https://example.org/"),
    "a-value": ("a value", "ein Wert"),
    "a-term": ("a term of the vocabulary '{scheme}'", "einen Begriff des Vokabulars '{scheme}'"),
    "an-id-or-node": ("an id or a node", "eine Kennung oder einen Knoten"),
    "text": ("text", "Text"),
    "one-word": ("one word", "ein Wort"),
    "a-class": ("a class", "eine Klasse"),
    "a-node": ("a node", "einen Knoten"),
    "list-in-list": ("a list in a list", "eine Liste in einer Liste"),
    "a-number": ("a number", "Zahl"),
    "a-date-as": ("a date", "Datum"),
    "true-or-false-as": ("true or false", "true oder false"),
    "nothing-as": ("nothing", "nichts"),
    "a-facts-file": ("a facts file", "eine Faktendatei"),
    "a-fact": ("a fact", "ein Fakt"),
    "a-line": ("a line", "eine Zeile"),
    "no-list": ("this is no list of numbers", "das ist keine Liste aus Zahlen"),
    "two-numbers": ("a span has two numbers", "eine Stelle hat zwei Zahlen"),
    "an-offset": ("an offset is a whole number from 0", "eine Position ist eine ganze Zahl ab 0"),
    "not-before": ("{start} is not before {end}", "{start} liegt nicht vor {end}"),
    "a-workbook": ("it is a workbook: give it the suffix that it has, such as .xlsx", "sie ist eine Arbeitsmappe: die passende Endung geben, etwa .xlsx"),
    "is-empty": ("the file is empty", "die Datei ist leer"),
    "no-workbook": ("it is no workbook; if it is text, its suffix is .csv", "sie ist keine Arbeitsmappe; ist sie Text, so heißt ihre Endung .csv"),
    "no-parquet": ("it is no Parquet file", "sie ist keine Parquet-Datei"),
    "protected": ("it is protected by a password; save it without one", "sie ist mit einem Kennwort geschützt; ohne speichern"),
    "title-row": ("if the headers stand further down, say in which row: header = 3, else name each one's key under columns, both in a [tables] section of pressgraph.toml", "stehen die Überschriften weiter unten, dann ihre Zeile nennen: header = 3, sonst unter columns den Schlüssel einer jeden, beides in einem Abschnitt [tables] von pressgraph.toml"),
    "cut-off": ("a part of the workbook is missing; save it or copy it again", "ein Teil der Arbeitsmappe fehlt; noch einmal speichern oder kopieren"),
    "quotes": ("is a quotation mark missing, or one too many? inside a value in quotation marks it is written twice", "fehlt ein Anführungszeichen, oder ist eines zu viel? in einem Wert in Anführungszeichen wird es doppelt geschrieben"),
    "no-text": ("it is no text", "sie ist kein Text"),
    "not-utf8-text": ("it is not UTF-8", "sie ist nicht UTF-8"),
    "and-more": ("{names} and {count} more", "{names} und {count} weitere"),
    "name-source": ('name it: "source": "document/…", or start with a line {{"source": {{…}}}}', 'benennen: "source": "document/…", oder mit einer Zeile {{"source": {{…}}}} beginnen'),
}  # fmt: skip


def phrase(name: str, **values: object) -> Text:
    """Return a phrase with its values filled in."""
    return _fill(*PHRASES[name], values)


def listing(names: list[str]) -> str:
    """Return some names in a line."""
    most = 4
    shown = ", ".join(names[:most])
    return phrase("and-more", names=shown, count=len(names) - most) if len(names) > most else shown


def problem(rule: str, place: Place, /, *, hint: str | None = None, **values: object) -> Problem:
    """Make the problem of a rule; `hint` overrides the rule's own."""
    found = RULES[rule]
    standing = Text(found.hint[0], de=found.hint[1]) if found.hint is not None else None
    return Problem(rule=rule, place=place, message=_fill(found.en, found.de, values), hint=hint or standing)


def _fill(english: str, german: str, values: dict[str, object]) -> Text:
    values = {name: _visible(value) for name, value in values.items()}
    translated = {name: in_language(value, "de") if isinstance(value, str) else value for name, value in values.items()}
    return Text(english.format(**values), de=german.format(**translated))


_HALVES = range(0xD800, 0xE000)
_UNSEEN = {code: f"<U+{code:04X}>" for code in (0x9, 0xA0, 0xAD, 0x2007, 0x200B, 0x202F, 0x2060, 0xFEFF, *_HALVES)}
"""Characters that nobody sees, or takes for a space, and halves of pairs, which JSON can name and nothing can write."""


def _visible(value: object) -> object:
    """Return a value as a message shows it; our own words are left alone."""
    return value.translate(_UNSEEN) if isinstance(value, str) and not isinstance(value, Text) else value
