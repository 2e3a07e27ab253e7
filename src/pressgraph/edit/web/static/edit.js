// What saves time in the editor: any words instead of sentences, keys, names while typing. Nothing needs it.
"use strict";

const sheet = document.querySelector(".sheet");
const form = document.getElementById("form");
const pop = document.getElementById("here");
const characters = (text) => Array.from(text).length;
let lists = 0;

for (const hint of document.querySelectorAll(".scripted")) hint.hidden = false;

// In links no words can be selected with a mouse: sentences become what behaves as links do and is none.
for (const link of document.querySelectorAll(".sheet a.s")) {
  const sentence = document.createElement("span");
  sentence.className = "s";
  sentence.setAttribute("role", "link");
  sentence.tabIndex = 0;
  sentence.dataset.at = link.dataset.at;
  sentence.dataset.to = link.dataset.to;
  // a fragment would take the focus that is given below
  sentence.dataset.href = link.href.replace(/#.*/, "");
  if (link.hasAttribute("aria-current")) sentence.setAttribute("aria-current", "true");
  sentence.append(...link.childNodes);
  link.replaceWith(sentence);
}

// -- words of the text, as offsets in code points

// Every piece of the text says at which character it begins; a line end of two characters is in it as two.
function offsetOf(node, offset) {
  let piece = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  piece = piece.closest("mark[data-at], span[data-at]:not([data-to])");
  if (piece === null) {
    // between two pieces: where the next sentence begins, or the last one ended
    const container = node.nodeType === Node.TEXT_NODE ? node : node.childNodes[offset] || node;
    const sentences = [...sheet.querySelectorAll("[data-to]")];
    const next = sentences.find((it) => container.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (next !== undefined) return Number(next.dataset.at);
    const last = sentences[sentences.length - 1];
    return last === undefined ? null : Number(last.dataset.to);
  }
  const range = document.createRange();
  range.setStart(piece, 0);
  range.setEnd(node, offset);
  return Number(piece.dataset.at) + characters(range.toString());
}

function selected() {
  const selection = window.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0 || sheet === null) return null;
  const range = selection.getRangeAt(0);
  if (!sheet.contains(range.startContainer) || !sheet.contains(range.endContainer)) return null;
  if (pop !== null && pop.contains(range.commonAncestorContainer)) return null;
  const start = offsetOf(range.startContainer, range.startOffset);
  const end = offsetOf(range.endContainer, range.endOffset);
  if (start === null || end === null || start >= end) return null;
  const text = selection.toString();
  const before = characters(text) - characters(text.trimStart());
  const after = characters(text) - characters(text.trimEnd());
  return start + before < end - after ? [start + before, end - after] : null;
}

function address(parameters) {
  const url = new URL("/file", window.location.href);
  url.searchParams.set("name", sheet.dataset.name);
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
  return url.href;
}

function ask([start, end]) {
  window.location.assign(address({ at: `${start}-${end}` }));
}

// The words of a form that is open are put into it; else it is asked what they say.
function use(span) {
  const words = document.getElementById("words");
  if (form === null || words === null) {
    ask(span);
    return;
  }
  words.value = textBetween(span);
  let at = form.querySelector('input[name="at"]');
  if (at === null) {
    at = document.createElement("input");
    at.type = "hidden";
    at.name = "at";
    form.append(at);
  }
  words.dispatchEvent(new Event("input", { bubbles: true }));
  at.value = span.join("-");
  mark(span);
}

function textBetween([start, end]) {
  let text = "";
  let at = null;
  for (const sentence of sheet.querySelectorAll("[data-to]")) {
    if (Number(sentence.dataset.to) <= start || Number(sentence.dataset.at) >= end) continue;
    if (at !== null && at < Number(sentence.dataset.at)) text += " ";
    for (const piece of sentence.querySelectorAll("[data-at]")) {
      const from = Number(piece.dataset.at);
      const all = Array.from(piece.textContent);
      text += all.slice(Math.max(0, start - from), Math.max(0, end - from)).join("");
    }
    at = Number(sentence.dataset.to);
  }
  return text;
}

if (sheet !== null) {
  let chosen = null;
  // a sentence that takes the focus where its first letter is pressed ends the selection that begins there
  let pressed = null;
  sheet.addEventListener("pointerdown", (event) => {
    pressed = event.target.closest("[data-to]");
    pressed?.removeAttribute("tabindex");
  });
  for (const released of ["pointerup", "pointercancel", "blur"]) {
    window.addEventListener(released, () => {
      if (pressed !== null) pressed.tabIndex = 0;
      pressed = null;
    });
  }
  sheet.addEventListener("pointerup", () => {
    chosen = selected();
    if (chosen !== null) use(chosen);
  });
  // a sentence that words were selected in is not followed
  sheet.addEventListener("click", (event) => {
    const sentence = event.target.closest("[data-to]");
    if (chosen === null && sentence !== null) window.location.assign(sentence.dataset.href);
    chosen = null;
  });
  // what the page is about is in sight
  if (pop === null) sheet.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
}

// Shows other words as those that are chosen.
function mark([start, end]) {
  for (const before of sheet.querySelectorAll(".chosen")) before.classList.remove("chosen");
  if (!("highlights" in CSS)) return;
  const ranges = [];
  for (const piece of sheet.querySelectorAll("[data-to] [data-at]")) {
    const from = Number(piece.dataset.at);
    const all = Array.from(piece.textContent);
    const [first, last] = [Math.max(0, start - from), Math.min(all.length, end - from)];
    if (first >= last || piece.firstChild === null) continue;
    const range = document.createRange();
    range.setStart(piece.firstChild, all.slice(0, first).join("").length);
    range.setEnd(piece.firstChild, all.slice(0, last).join("").length);
    ranges.push(range);
  }
  CSS.highlights.set("chosen", new Highlight(...ranges));
}

// -- Shift and arrows: a word more or less

function widen(step) {
  const match = /^(\d+)-(\d+)$/.exec(new URL(window.location.href).searchParams.get("at") || "");
  const here = document.activeElement?.closest?.("[data-to]");
  const span = match !== null ? [Number(match[1]), Number(match[2])] : here && [Number(here.dataset.at), Number(here.dataset.to)];
  if (!span) return false;
  const ends = [];
  for (const sentence of sheet.querySelectorAll("[data-to]")) {
    const text = [...sentence.querySelectorAll("[data-at]")].map((it) => it.textContent).join("");
    for (const word of text.matchAll(/\S+/gu)) {
      const start = Number(sentence.dataset.at) + characters(text.slice(0, word.index));
      ends.push([start, start + characters(word[0])]);
    }
  }
  const words = ends.filter(([, end]) => end > span[0]);
  const next = step > 0 ? words.find(([, end]) => end > span[1]) : words.filter(([, end]) => end < span[1]).pop();
  if (next === undefined || next[1] <= span[0]) return true;
  ask([span[0], next[1]]);
  return true;
}

// -- the kinds

if (pop !== null) {
  const field = document.getElementById("kind");
  const kinds = [...pop.querySelectorAll(".kinds a")];
  const shown = () => kinds.filter((it) => !it.parentElement.hidden);
  const first = shown();
  // what Enter opens
  const point = () => {
    for (const kind of kinds) kind.classList.toggle("first", kind === shown()[0]);
  };
  point();
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLocaleLowerCase();
    for (const kind of kinds) kind.parentElement.hidden = wanted === "" ? !first.includes(kind) : !kind.textContent.toLocaleLowerCase().includes(wanted);
    point();
  });
  pop.addEventListener("keydown", (event) => {
    const list = shown();
    const at = list.indexOf(document.activeElement);
    if (event.key === "ArrowDown") list[Math.min(list.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? list[at - 1] : field).focus();
    else if (event.key === "Enter" && event.target === field && list.length > 0) list[0].click();
    else if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey && field.value === "" && list[Number(event.key) - 1]) list[Number(event.key) - 1].click();
    else return;
    event.preventDefault();
  });
  field.focus({ preventScroll: true });
  pop.scrollIntoView({ block: "nearest" });
}

// -- the form

let typed = false;
for (const guarded of document.querySelectorAll("form[data-guard]")) {
  guarded.addEventListener("input", () => {
    typed = true;
  });
  guarded.addEventListener("submit", () => {
    typed = false;
  });
}
window.addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});

if (form !== null) {
  const words = document.getElementById("words");
  words?.addEventListener("input", () => {
    // typed words are looked up anew
    const at = form.querySelector('input[name="at"]');
    if (at !== null) at.value = "";
  });
  const first = document.getElementById("problems") || document.getElementById("h-form");
  first?.focus();
  for (const input of form.querySelectorAll("input[data-widget]")) {
    if (input.dataset.widget === "link") offerNames(input);
    else if (["date", "last-day", "quantity", "duration"].includes(input.dataset.widget)) showMeaning(input);
  }
} else {
  const alert = document.getElementById("problems");
  if (alert !== null && alert.getAttribute("role") === "alert") alert.focus();
}

// What will be written is shown while it is open, and follows what is typed.
const live = document.getElementById("live");
if (form !== null && live !== null) {
  let turn = 0;
  const show = () => {
    turn += 1;
    const now = turn;
    window.setTimeout(async () => {
      if (now !== turn || !live.open) return;
      const body = new URLSearchParams(new FormData(form));
      const found = await fetch("/preview", { method: "POST", body, credentials: "same-origin" }).then((it) => (it.ok ? it.json() : null)).catch(() => null);
      if (found !== null && now === turn) document.getElementById("written").textContent = found.written || "…";
    }, 200);
  };
  live.addEventListener("toggle", show);
  form.addEventListener("input", show);
}

function asked(path, parameters) {
  return fetch(`${path}?${new URLSearchParams(parameters)}`, { credentials: "same-origin" }).then((it) => (it.ok ? it.json() : null)).catch(() => null);
}

function offerNames(input) {
  const list = document.createElement("datalist");
  lists += 1;
  list.id = `names-${lists}`;
  input.after(list);
  input.setAttribute("list", list.id);
  let last = 0;
  input.addEventListener("input", () => {
    last += 1;
    const turn = last;
    window.setTimeout(async () => {
      if (turn !== last || input.value.trim().length < 2) return;
      const kind = form.querySelector('input[name="kind"]').value;
      const found = await asked("/known", { q: input.value, key: input.dataset.of, kind });
      if (found === null || turn !== last) return;
      list.replaceChildren(...found.map((it) => {
        const option = document.createElement("option");
        option.value = found.filter((other) => other.name === it.name).length > 1 ? it.id : it.name;
        option.label = `${it.name} · ${it.kind}`;
        return option;
      }));
    }, 120);
  });
}

function showMeaning(input) {
  const hint = document.getElementById(`d-${input.id}`);
  if (hint === null) return;
  input.addEventListener("change", async () => {
    const found = input.value.trim() === "" ? { shown: "" } : await asked("/understood", { q: input.value, key: input.dataset.of });
    if (found !== null) hint.textContent = found.problem || found.shown;
  });
}

// Of a large file, problems are told once they are known.
const unasked = document.getElementById("unasked");
async function askAgain() {
  const found = await asked("/checked", { name: sheet.dataset.name });
  if (found === null) return;
  if (found.asking) {
    window.setTimeout(askAgain, 1000);
    return;
  }
  unasked.textContent = found.told;
  document.querySelector('.tools a[href*="show=bad"] .n').textContent = found.wrong;
}
if (unasked !== null) window.setTimeout(askAgain, 500);

// -- keys

const singles = document.getElementById("keys");
if (singles !== null) {
  singles.checked = window.localStorage.getItem("pressgraph-keys") !== "off";
  singles.addEventListener("change", () => window.localStorage.setItem("pressgraph-keys", singles.checked ? "on" : "off"));
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select") !== null;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "Enter" && event.target.matches("[data-to]")) window.location.assign(event.target.dataset.href);
  else if (control && event.key === "Enter" && form !== null) form.querySelector('[data-key="save"]').click();
  else if (control && !field && event.key.toLowerCase() === "z") document.querySelector(`[data-key="${event.shiftKey ? "redo" : "undo"}"]`)?.click();
  else if (event.key === "Escape") close();
  else if (event.shiftKey && !control && !field && sheet !== null && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    if (!widen(event.key === "ArrowRight" ? 1 : -1)) return;
  } else if (!control && !event.altKey && !field && singles !== null && singles.checked && event.target.closest("[data-to], .card, .pane, .pop") !== null) {
    const card = event.target.closest(".card") || document.querySelector(".card");
    const named = { j: '[data-key="next"]', k: '[data-key="previous"]' }[event.key];
    if (named !== undefined) document.querySelector(named)?.click();
    else if (event.key === "r") card?.querySelector('button[value="right"]')?.click();
    else if (event.key === "e") card?.querySelector('[data-key="change"]')?.click();
    else return;
  } else return;
  event.preventDefault();
});

// One layer is closed, and the focus goes back to where it came from.
function close() {
  const cancel = form?.querySelector('[data-key="cancel"]');
  if (cancel) cancel.click();
  else if (pop !== null) {
    const sentence = sheet.querySelector('[data-to][aria-current="true"]');
    pop.remove();
    for (const chosen of sheet.querySelectorAll(".chosen")) chosen.classList.remove("chosen");
    const url = new URL(window.location.href);
    url.searchParams.delete("at");
    url.hash = "";
    window.history.replaceState(null, "", url.href);
    sentence?.focus();
  }
}

// In a review the focus is on what is next.
const { searchParams: asks } = new URL(window.location.href);
if (form === null && pop === null && (asks.get("fact") !== null || asks.get("show") === "todo")) {
  document.querySelector(".card")?.focus({ preventScroll: true });
}
