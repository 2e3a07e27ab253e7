// node site.mjs ADDRESS CHROMIUM FOLDER: visit a site on a plain host with all other hosts cut off; print what was seen.
import { PATIENCE, click, follow, judged, launch } from "../server/browser/hand.mjs";

const [address, executablePath, folder] = process.argv.slice(2);
const host = new URL(address).host;
const browser = await launch(executablePath, "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1");
const found = { steps: [], console: [], elsewhere: [] };

async function open(language, options = {}) {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(options.javascript ?? true);
  await page.setViewport(options.viewport ?? { width: 1280, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && found.console.push(`${page.url()} ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(`${page.url()} ${error}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.host !== host) found.elsewhere.push(request.url());
  });
  await page.goto(address + language);
  return page;
}

async function look(page, name) {
  found.steps.push({ name, url: page.url().replace(address, ""), title: await page.title() });
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

for (const language of ["", "de/"]) {
  const page = await open(language);
  const name = (step) => `${step}${language && "-de"}`;
  await look(page, name("home"));
  await follow(page, 'main a[href*="doc/agent/biosaxony/"]');
  await look(page, name("organisation"));
  await follow(page, 'main a[href*="label/biosaxony-ecei-silver-1/"]');
  await look(page, name("label"));
  await follow(page, 'a[href*="biosaxony-silver-label/"]');
  await look(page, name("release"));
  await follow(page, 'a[href$="query/"]');
  await look(page, name("query"));
  await click(page, "form.editor button");
  await page.waitForSelector("main table tbody tr, main [role=alert]");
  found[name("rows")] = await page.$$eval("main table tbody tr", (rows) => rows.map((row) => row.textContent));
  // what has no name of its own, and its class
  await page.$eval("#query", (area) => (area.value = "SELECT ?it ?class { ?it a org:Membership, ?class ; org:member ?m }"));
  await click(page, "form.editor button");
  await page.waitForFunction(() => document.querySelector("main table th")?.textContent === "it");
  found[name("called")] = await page.$$eval("main table tbody a", (links) => links.map((it) => [it.textContent, it.pathname]));
  await page.$eval("#query", (area) => (area.value = "SELECT nonsense"));
  await click(page, "form.editor button");
  await page.waitForSelector("main [role=alert]");
  await page.goto(`${address}${language}search/?q=BIOSÄXONY`.replace("Ä", "a"));
  await page.waitForSelector(".hits a");
  found[name("hits")] = await page.$$eval(".hits a", (links) => links.map((it) => it.getAttribute("href")));
  await page.close();
}

// a saved query with a value of one's own
const page = await open("de/query/labels-valid-on/");
await page.$eval("[name='p.date']", (field) => (field.value = "2019-06-01"));
await page.$eval("form.parameters", (form) => form.requestSubmit());
await page.waitForSelector("main table tbody tr, main [role=alert]");
found.asked = await page.$$eval("main table tbody tr", (rows) => rows.map((row) => row.textContent));
await look(page, "asked");
// what only scripts draw is judged here, on a telephone too
found.violations = await judged(page);
await page.goto(`${address}de/search/?q=silber`);
await page.waitForSelector(".hits a");
await page.setViewport({ width: 390, height: 844 });
found.violations.push(...(await judged(page)));

// without scripts all pages are there
const plain = await open("", { javascript: false, viewport: { width: 390, height: 844 } });
await follow(plain, 'main a[href*="doc/agent/biosaxony/"]');
await look(plain, "organisation-plain");
await plain.goto(`${address}query/labels-valid-on/`);
await look(plain, "answer-plain");

console.log(JSON.stringify(found));
await browser.close();
