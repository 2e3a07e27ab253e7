// SPARQL without a server: the graph is fetched once, and the engine answers beside the text.
const told = document.currentScript.dataset;
const here = (reference) => new URL(reference, document.baseURI).href;
const MOST = 500;
const DAY = new Intl.DateTimeFormat({ en: "en-GB" }[told.language] || told.language, { dateStyle: "long", timeZone: "UTC" });
let store;
let pages;

function element(name, text, properties = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  return Object.assign(made, properties);
}

async function bytes(reference) {
  const answer = await fetch(here(reference));
  if (!answer.ok) throw new Error(`${reference}: ${answer.status} ${answer.statusText}`);
  const read = new Uint8Array(await answer.arrayBuffer());
  // some hosts send such files as they are, others let the browser unpack them
  if (read[0] !== 0x1f || read[1] !== 0x8b) return read;
  const plain = new Blob([read]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

async function load() {
  const [{ default: start, Store }, wasm, graph, terms, names] = await Promise.all([
    import(here(told.engine)),
    bytes(told.wasm),
    bytes(told.graph),
    bytes(told.terms),
    bytes(told.names),
  ]);
  pages = new Map(Object.entries(JSON.parse(new TextDecoder().decode(names))));
  await start({ module_or_path: wasm });
  const loaded = new Store();
  for (const part of [graph, terms]) loaded.load(part, { format: "application/n-triples", no_transaction: true });
  return loaded;
}

// a thing or a term, called as on the site's pages where the query has found no name
function named(iri, name) {
  const own = iri.startsWith(told.ids);
  const [page = "", called = own ? iri.slice(told.ids.length) : iri, tongue = ""] = pages.get(iri) || [];
  const { value, "xml:lang": lang = "" } = name || { value: called, "xml:lang": tongue };
  const address = page ? here(told.root + page) : !own && /^https?:/.test(iri) ? iri : "";
  return address ? element("a", value, { href: address, lang, title: iri }) : element("span", value, { lang });
}

function cell(term, name) {
  if (!term) return name ? element("span", name.value) : "";
  if (term.type === "uri") return named(term.value, name);
  const { value, "xml:lang": lang = "" } = term;
  const date = /#date$/.test(term.datatype) && new Date(value.slice(0, 10));
  return date && !isNaN(date) ? element("span", DAY.format(date)) : element("span", value, { lang, dir: "auto" });
}

// what the column says, in words, that tells how sure a row is
const SURE = new Map(Object.entries(JSON.parse(told.sure)));
const COLUMNS = JSON.parse(told.columns);
// what a column is called, as in the answers that pages come with
function heading(name) {
  return Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : name;
}

function table(variables, rows) {
  // a thing and its name are one column
  const names = Object.fromEntries(variables.filter((it) => variables.includes(`${it}Label`)).map((it) => [it, `${it}Label`]));
  const every = variables.filter((it) => !Object.values(names).includes(it));
  const shown = rows.slice(0, MOST);
  // what no row has would push other columns off the page
  const filled = every.filter((it) => shown.some((row) => row[it] || row[names[it]]));
  const columns = filled.length ? filled : every;
  const narrow = columns.length <= 5;
  const drawn = element("table", "", { className: narrow ? "table stack" : "table" });
  drawn.setAttribute("aria-labelledby", "results");
  const head = drawn.createTHead().insertRow();
  for (const name of columns) head.append(element("th", heading(name), { scope: "col" }));
  const body = drawn.createTBody();
  for (const row of shown) {
    const line = body.insertRow();
    for (const name of columns) {
      const made = line.insertCell();
      made.dataset.label = heading(name);
      const sure = name === told.how && SURE.get(row[name]?.value);
      made.append(sure || cell(row[name], row[names[name]]));
    }
  }
  const empty = every.filter((it) => !columns.includes(it)).map(heading);
  const note = empty.length ? [element("p", told.empty.replace("{columns}", empty.join(", ")), { className: "s dim" })] : [];
  if (narrow) return [drawn, ...note];
  const region = element("div", "", { className: "scroll", tabIndex: 0 });
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", told.table);
  region.append(drawn);
  return [region, ...note];
}

// a term of a graph that a query makes, as SPARQL's results have it
function stated(term) {
  const type = { NamedNode: "uri", Literal: "literal" }[term.termType] || "bnode";
  return { type, value: term.value, "xml:lang": term.language || undefined };
}

function drawn(found) {
  if (typeof found !== "string") {
    const columns = ["subject", "predicate", "object"];
    const rows = found.map((it) => Object.fromEntries(columns.map((name) => [name, stated(it[name])])));
    return answered(columns, rows);
  }
  const { head, results, boolean } = JSON.parse(found);
  if (boolean !== undefined) return { shown: [element("p", boolean ? told.yes : told.no, { className: "answer" })] };
  return answered(head.vars, results.bindings);
}

function answered(columns, rows) {
  return { shown: rows.length ? table(columns, rows) : [element("p", told.nothing)], total: rows.length };
}

// what there is, where that is more than is shown
function counted(total) {
  const number = (it) => it.toLocaleString(told.language);
  const text = total > MOST ? told.more.replace("{shown}", number(MOST)).replace("{total}", number(total)) : number(total);
  return element("small", text);
}

// where the answer stands: that which the page came with is replaced
function place() {
  const heading = document.getElementById("results");
  const section = heading ? heading.parentElement : element("section", "", { className: "part" });
  if (!heading) document.querySelector("form.editor").closest("section").before(section);
  section.replaceChildren(element("h2", told.results, { id: "results" }));
  section.setAttribute("aria-labelledby", "results");
  return section;
}

async function answer(text) {
  const section = place();
  const state = section.appendChild(element("p", told.loading));
  state.setAttribute("role", "status");
  try {
    store ??= await load();
    const declared = Object.entries(JSON.parse(told.prefixes)).map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}> `);
    const found = store.query(declared.join("") + text, { results_format: "application/sparql-results+json" });
    const { shown, total } = drawn(found);
    if (total) document.getElementById("results").append(" ", counted(total));
    state.replaceWith(...shown);
  } catch (error) {
    state.setAttribute("role", "alert");
    state.className = "problem";
    state.textContent = `${told.problem} ${error.message || error}`;
  }
  section.scrollIntoView({ block: "nearest" });
}

// the value of a field, as the query has it
function term(field) {
  const value = field.value.trim();
  const literal = JSON.stringify(value);
  if (field.tagName === "SELECT" || /^id\b/.test(field.dataset.type)) {
    return `<${/^[a-z][a-z0-9+.-]*:/i.test(value) ? value : told.ids + value}>`.replace(/[\s"{}|\\^`]/g, encodeURIComponent);
  }
  const [kind, detail] = (field.dataset.type || "").split(":");
  return kind === "xsd" ? `${literal}^^<http://www.w3.org/2001/XMLSchema#${detail}>` : literal;
}

const area = document.getElementById("query");
document.querySelector("form.editor").addEventListener("submit", (event) => {
  event.preventDefault();
  answer(area.value);
});
const form = document.querySelector("form.parameters");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  let text = area.defaultValue;
  for (const field of form.querySelectorAll("[name^='p.']")) {
    const block = new RegExp(`(VALUES\\s+\\?${field.name.slice(2)}\\s*\\{)[^}]*\\}`, "i");
    if (field.value.trim()) text = text.replace(block, (_, start) => `${start} ${term(field)} }`);
  }
  area.value = text;
  answer(text);
});
const asked = new URLSearchParams(location.search).get("query");
if (asked) {
  area.value = asked;
  answer(asked);
}
