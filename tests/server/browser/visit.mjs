// node visit.mjs ADDRESS CHROMIUM FOLDER: walk through the pages as readers do; print what was found as JSON.
import { PATIENCE, follow, go, judged, launch } from "./hand.mjs";

const [address, executablePath, folder] = process.argv.slice(2);
const browser = await launch(executablePath);
const found = { steps: [], console: [], violations: [], focus: [] };
const TELEPHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };

async function open({ javascript = true, viewport = TELEPHONE, scheme = "light", language = "en" } = {}) {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(javascript);
  await page.setViewport(viewport);
  await page.setExtraHTTPHeaders({ "accept-language": language });
  // what scrolls while it is pressed is missed
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && found.console.push(`${page.url()} ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(`${page.url()} ${error}`));
  page.on("requestfailed", (request) => request.failure().errorText !== "net::ERR_ABORTED" && found.console.push(request.url()));
  return page;
}

async function look(page, name) {
  found.steps.push({ name, url: page.url().replace(address, ""), title: await page.title() });
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

async function judge(page, name) {
  // what is folded away is read too
  await page.$$eval("details", (all) => all.forEach((it) => (it.open = true)));
  found.violations.push(...(await judged(page)).map((it) => ({ page: name, ...it })));
}

// home, search, a thing, its source, the query page, a saved query with a parameter, a download
async function walk(suffix, options) {
  const page = await open(options);
  await page.goto(`${address}/`);
  await look(page, `home${suffix}`);
  await page.type("#q", "biosaxony");
  await go(page, () => page.keyboard.press("Enter"));
  await look(page, `search${suffix}`);
  await follow(page, 'main a[href="/doc/agent/biosaxony"]');
  await look(page, `thing${suffix}`);
  await follow(page, '.receipts a[href^="/doc/document/"]');
  await look(page, `source${suffix}`);
  await follow(page, 'header a[href="/sparql"]');
  await look(page, `query${suffix}`);
  found[`editor${suffix}`] = (await page.$(".cm-editor")) !== null;
  await follow(page, 'a[href^="/sparql?saved=labels-valid-on"]');
  await page.$eval("#p-date", (element) => (element.value = "2020-06-01"));
  await follow(page, ".parameters button");
  await look(page, `result${suffix}`);
  found[`rows${suffix}`] = (await page.$$("table tbody tr")).length;
  found[`download${suffix}`] = await page.$eval("a[download]", (link) => link.getAttribute("href"));
  await page.close();
}

// with the keyboard alone: what has the focus is seen, and is in the order of the page
async function keys() {
  const page = await open({ viewport: DESK });
  await page.goto(`${address}/`);
  await page.keyboard.press("Tab");
  found.focus.push(await page.evaluate(() => document.activeElement.className));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  found.focus.push(await page.evaluate(() => document.activeElement.id));
  await page.keyboard.type("biosaxony");
  await go(page, () => page.keyboard.press("Enter"));
  const seen = [];
  for (let count = 0; count < 40; count++) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      return { href: element.getAttribute("href"), seen: box.width > 1 && getComputedStyle(element).outlineStyle !== "none" };
    });
    if (!now.seen) found.focus.push(`not seen: ${now.href}`);
    seen.push(now.href);
    if (now.href === "/doc/agent/biosaxony") break;
  }
  await go(page, () => page.keyboard.press("Enter"));
  found.focus.push(await page.$eval("h1", (element) => element.textContent));
  // the editor lets the focus go on, and runs the query
  await page.goto(`${address}/sparql`);
  if (await page.$(".cm-content")) {
    await page.focus(".cm-content");
    await page.keyboard.press("Tab");
    found.focus.push(await page.evaluate(() => document.activeElement.tagName));
    await page.focus(".cm-content");
    await page.keyboard.down("Control");
    await go(page, () => page.keyboard.press("Enter"));
    await page.keyboard.up("Control");
    found.focus.push(await page.$eval("#results", (element) => element.firstChild.textContent.trim()));
  }
  await page.close();
}

// what the editor adds to the text area
async function editor() {
  const page = await open({ viewport: DESK });
  await page.goto(`${address}/sparql`);
  if ((await page.$(".cm-content")) === null) return page.close();
  await page.waitForNetworkIdle();
  await page.focus(".cm-content");
  await page.keyboard.down("Control");
  await page.keyboard.press("End");
  await page.keyboard.up("Control");
  await page.keyboard.type("clu:Cluster");
  await page.waitForSelector(".cm-tooltip-autocomplete li");
  found.completions = await page.$$eval(".cm-tooltip-autocomplete li", (items) => items.map((it) => it.textContent));
  found.keywords = (await page.$$(".cm-line span")).length;
  await judge(page, "editor with completions");
  await page.goto(`${address}/sparql?query=${encodeURIComponent("SELECT * WHERE {\n  ?s ?p ?o .\n  nonsense\n}")}`);
  await page.waitForSelector(".cm-wrong-line");
  found.wrong = await page.$eval(".cm-wrong-line", (element) => element.textContent);
  await page.close();
}

await walk("", {});
await walk("-plain", { javascript: false });
await walk("-desk-de", { viewport: DESK, scheme: "dark", language: "de" });
await keys();
await editor();

const fact = await (await fetch(`${address}/sparql?query=${encodeURIComponent("SELECT ?g { GRAPH ?g { ?s clu:heldBy ?o } } LIMIT 1")}`, {
  headers: { accept: "text/csv" },
})).text();
const pages = {
  home: "/",
  search: "/search?q=label",
  "nothing found": "/search?q=xyzzy",
  organisation: "/doc/agent/biosaxony",
  label: "/doc/label/biosaxony-ecei-silver-1",
  person: "/doc/agent/andre-hofmann",
  event: "/doc/event/new-years-reception",
  place: "/doc/place/dresden",
  release: "/doc/document/biosaxony-silver-label",
  labels: "/labels?level=silver",
  people: "/people",
  "nobody listed": "/people?role=nobody",
  fact: new URL(fact.split("\n")[1].trim()).pathname.replace("/pressgraph/id/", "/doc/"),
  ontology: "/cluster",
  vocabulary: "/vocab/label-level",
  concept: "/vocab/label-level/silver",
  shapes: "/shapes",
  class: `/about?iri=${encodeURIComponent("https://w3id.org/pressgraph/cluster#Claim")}`,
  property: `/about?iri=${encodeURIComponent("http://schema.org/name")}`,
  query: "/sparql",
  parameters: "/sparql?saved=claims-by-type",
  result: "/sparql?saved=facts-by-status&run=1",
  graph: `/sparql?query=${encodeURIComponent("DESCRIBE agent:biosaxony")}`,
  answer: `/sparql?query=${encodeURIComponent("ASK { ?s a clu:Cluster }")}`,
  mistake: `/sparql?query=${encodeURIComponent("SELECT * { nonsense")}`,
  missing: "/doc/agent/biosaxon",
};
const LOOKS = [["", {}], ["-dark-desk-de", { viewport: DESK, scheme: "dark", language: "de" }]];
// what has parts that no other page has is looked at in both ways, the others by turns
const both = new Set(["home", "organisation", "label", "release", "labels", "concept", "result"]);
for (const [number, [name, path]] of Object.entries(pages).entries()) {
  for (const [look_, options] of both.has(name) ? LOOKS : [LOOKS[number % 2]]) {
    const page = await open(options);
    await page.goto(`${address}${path}`);
    await judge(page, `${name}${look_}`);
    if (folder) await page.screenshot({ path: `${folder}/page-${name}${look_}.png`, fullPage: true });
    await page.close();
  }
}

await browser.close();
// pages about mistakes are meant to answer 400 and 404
found.console = found.console.filter((text) => !/status of 40[04]/.test(text));
console.log(JSON.stringify(found));
