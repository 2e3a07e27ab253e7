// The query page's editor: the text area, with highlighting, completion of the graph's prefixes and terms, and the
// place of a mistake. Without it, or without JavaScript, the text area stays what it is.
import { autocompletion, completionKeymap, closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState } from "@codemirror/state";
import { Decoration, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const KEYWORDS =
  "SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS GRAPH VALUES BIND AS ORDER BY ASC DESC GROUP HAVING LIMIT OFFSET " +
  "ASK CONSTRUCT DESCRIBE FROM NAMED PREFIX BASE COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG " +
  "LANGMATCHES DATATYPE IRI BOUND REGEX REPLACE CONTAINS STRSTARTS STRENDS STRLEN SUBSTR UCASE LCASE CONCAT EXISTS " +
  "NOT IN COALESCE IF isIRI isLITERAL YEAR MONTH DAY NOW";

const area = document.getElementById("query");
const nonce = document.querySelector("meta[name=csp-nonce]").content;

let options = [];
fetch(area.dataset.terms, { headers: { accept: "application/json" } })
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
  .then(({ prefixes, terms }) => {
    options = [
      ...terms.map(({ term, name, kind }) => ({ label: term, detail: name, type: kind })),
      ...Object.entries(prefixes).map(([prefix, iri]) => ({ label: `${prefix}:`, detail: iri, type: "namespace" })),
    ];
  })
  .catch(() => {}); // then only keywords and variables are completed

function complete(context) {
  const variable = context.matchBefore(/[?$]\w*/);
  if (variable) {
    const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
    names.delete(variable.text);
    return { from: variable.from, options: [...names].map((label) => ({ label, type: "variable" })), validFor: /^[?$]\w*$/ };
  }
  const word = context.matchBefore(/[\w-]+(:[\w-]*)?/);
  if (!word && !context.explicit) return null;
  const keywords = word && word.text.includes(":") ? [] : KEYWORDS.split(" ").map((label) => ({ label, type: "keyword" }));
  return { from: word ? word.from : context.pos, options: [...options, ...keywords], validFor: /^[\w:-]*$/ };
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "bold" },
  { tag: tags.comment, color: "var(--dim)", fontStyle: "italic" },
  { tag: [tags.string, tags.literal], color: "var(--bronze-ink)" },
  { tag: tags.variableName, color: "var(--good)" },
  { tag: tags.atom, color: "var(--ink)" },
]);

const state = EditorState.create({
  doc: area.value,
  extensions: [
    EditorView.cspNonce.of(nonce),
    lineNumbers(),
    history(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [complete] }),
    StreamLanguage.define(sparql),
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": area.labels[0].textContent, spellcheck: "false", tabindex: "0" }),
    EditorView.theme({
      ".cm-content": { caretColor: "var(--ink)", minHeight: "12rem" },
      ".cm-cursor": { borderLeftColor: "var(--ink)" },
      ".cm-gutters": { backgroundColor: "var(--wash)", color: "var(--dim)", borderRight: "1px solid var(--line)" },
      "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "1px" },
      "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--edge)" },
      ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)" },
      ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
      ".cm-wrong": { textDecoration: "underline wavy var(--bad)", textDecorationSkipInk: "none" },
      ".cm-wrong-line": { backgroundColor: "color-mix(in srgb, var(--bad) 12%, transparent)" },
    }),
    keymap.of([
      { key: "Mod-Enter", run: () => (area.form.requestSubmit(), true) },
      ...completionKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    EditorView.decorations.compute(["doc"], mistake),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) area.value = update.state.doc.toString();
    }),
  ],
});

// the place that the server complained about, until the text is changed
function mistake(current) {
  const number = Number(area.dataset.line);
  if (!number || number > current.doc.lines || current.doc.toString() !== area.defaultValue.replace(/\r\n?/g, "\n")) {
    return Decoration.none;
  }
  const line = current.doc.line(number);
  const found = [Decoration.line({ class: "cm-wrong-line" }).range(line.from)];
  const start = Math.min(line.from + Number(area.dataset.column) - 1, line.to);
  if (start < line.to) found.push(Decoration.mark({ class: "cm-wrong" }).range(start, line.to));
  return Decoration.set(found);
}

const view = new EditorView({ state });
area.before(view.dom);
area.hidden = true;
area.labels[0].addEventListener("click", () => view.focus());
document.querySelectorAll(".keys").forEach((it) => (it.hidden = false));
