// The query page's editor: the text area, with highlighting and with completion of the graph's prefixes and terms.
import { autocompletion, completionKeymap, closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const area = document.getElementById("query");
const known = JSON.parse(document.getElementById("completion").textContent);
const nonce = document.querySelector("meta[name=csp-nonce]").content;
const words = "SELECT DISTINCT WHERE FILTER OPTIONAL UNION GRAPH VALUES BIND AS ORDER BY GROUP HAVING LIMIT OFFSET ASK CONSTRUCT DESCRIBE FROM NAMED PREFIX COUNT SUM MIN MAX AVG GROUP_CONCAT STR LANG LANGMATCHES REGEX CONTAINS EXISTS NOT IN MINUS COALESCE IF".split(" ");

function complete(context) {
  const word = context.matchBefore(/[\w-]+:?[\w-]*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const options = word.text.includes(":")
    ? known.terms.map((label) => ({ label, type: "property" }))
    : [
        ...Object.keys(known.prefixes).map((prefix) => ({ label: `${prefix}:`, detail: known.prefixes[prefix], type: "namespace" })),
        ...words.map((label) => ({ label, type: "keyword" })),
      ];
  return { from: word.from, options, validFor: /^[\w:-]*$/ };
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "bold" },
  { tag: tags.comment, color: "var(--dim)", fontStyle: "italic" },
  { tag: [tags.string, tags.literal], color: "var(--bad)" },
  { tag: [tags.variableName, tags.atom], color: "var(--ink)" },
]);

const view = new EditorView({
  state: EditorState.create({
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
      EditorView.contentAttributes.of({ "aria-label": "SPARQL", spellcheck: "false" }),
      EditorView.theme({
        ".cm-content": { caretColor: "var(--ink)" },
        ".cm-gutters": { backgroundColor: "var(--soft)", color: "var(--dim)" },
        ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)" },
      }),
      keymap.of([
        { key: "Mod-Enter", run: () => (area.form.requestSubmit(), true) },
        ...completionKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) area.value = update.state.doc.toString();
      }),
    ],
  }),
});
area.before(view.dom);
area.hidden = true;
document.querySelector("label[for=query]").hidden = true;
