// The search of a site without a server: the names that begin or hold the words, without case and accents.
const { names, empty, more, others } = document.currentScript.dataset;
const root = new URL(document.currentScript.dataset.root, document.baseURI);
const wanted = (new URLSearchParams(location.search).get("q") || "").trim();
const fold = (text) => text.toLowerCase().replace(/ß/g, "ss").normalize("NFKD").replace(/\p{M}/gu, "");
const spell = (text) => fold(text.toLowerCase().replace(/[äæ]/g, "ae").replace(/[öø]/g, "oe").replace(/ü/g, "ue").replace(/å/g, "aa"));
const MOST = 50;

function element(name, text, properties = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  return Object.assign(made, properties);
}

// how well a thing's names fit: 0 best; none where a word is in none of them
function rank(words, spelled, [, name, , others]) {
  let best;
  for (const text of [name, ...others]) {
    const [folded, long] = [fold(text), spell(text)];
    if (!words.every((word, at) => folded.includes(word) || long.includes(spelled[at]))) continue;
    const whole = words.join(" ");
    const found = folded === whole ? 0 : folded.startsWith(whole) ? 1 : 2;
    if (best === undefined || found < best) best = found;
  }
  return best;
}

// what was found of a kind
function part(kind, list) {
  const section = element("section", "", { className: "part" });
  const heading = element("h2", kind.charAt(0).toUpperCase() + kind.slice(1), { id: `found-${kind.replace(/\W+/g, "-")}` });
  heading.append(" ", element("small", list.children.length));
  section.setAttribute("aria-labelledby", heading.id);
  section.append(heading, list);
  return section;
}

async function show() {
  const main = document.getElementById("content");
  for (const field of document.querySelectorAll("form[role=search] input[name=q]")) field.value = wanted;
  main.querySelector("h1").textContent += `: ${wanted}`;
  document.title = `${wanted} · ${document.title}`;
  const place = main.appendChild(document.createElement("div"));
  place.setAttribute("role", "status");
  const answer = await fetch(names);
  if (!answer.ok) throw new Error(`${names}: ${answer.status}`);
  const { things } = await answer.json();
  const [words, spelled] = [fold(wanted).split(/\s+/), spell(wanted).split(/\s+/)];
  const found = things
    .map((thing) => [rank(words, spelled, thing), thing])
    .filter(([place]) => place !== undefined)
    // of names that hold the words, the shortest says least besides
    .sort(([one, [, name]], [other, [, longer]]) => one - other || name.length - longer.length);
  const groups = new Map();
  for (const [, [page, name, kind]] of found.slice(0, MOST)) {
    if (!groups.has(kind)) groups.set(kind, element("ul", "", { className: "hits" }));
    const item = groups.get(kind).appendChild(document.createElement("li"));
    item.append(element("a", name, { href: new URL(page, root).href, dir: "auto" }));
  }
  for (const [kind, list] of groups) place.append(part(kind || others, list));
  if (!found.length) place.append(element("p", empty));
  if (found.length > MOST) place.append(element("p", more.replace("{shown}", MOST).replace("{total}", found.length)));
}

if (wanted) show();
