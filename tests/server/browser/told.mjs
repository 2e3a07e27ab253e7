// node told.mjs ADDRESS CHROMIUM FOLDER: see on the public pages what was told in the editor; print what was found as JSON.
import { PATIENCE, follow, judged, launch } from "./hand.mjs";

const [address, executablePath, folder] = process.argv.slice(2);
const browser = await launch(executablePath);
const RELEASE = 'main a[href*="/doc/document/"][href*="gold-label-fuer-kuestenlicht"]';
const found = { seen: [], console: [], violations: [] };

async function open({ javascript, width, features = {}, media = "screen" }) {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(javascript);
  await page.setViewport({ width, height: 900 });
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && found.console.push(`${page.url()} ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(`${page.url()} ${error}`));
  await see(page, features, media);
  return page;
}

// puppeteer names no forced colours
async function see(page, features, media = "screen") {
  const client = await page.createCDPSession();
  const all = { "prefers-reduced-motion": "reduce", "prefers-color-scheme": "light", "forced-colors": "none", ...features };
  await client.send("Emulation.setEmulatedMedia", { media, features: Object.entries(all).map(([name, value]) => ({ name, value })) });
}

async function judge(page, name) {
  // what is folded away is read too
  await page.$$eval("details", (all) => all.forEach((it) => (it.open = true)));
  found.violations.push(...(await judged(page)).map((it) => ({ page: name, ...it })));
}

const text = (page, selector) => page.$eval(selector, (it) => it.textContent.replace(/\s+/g, " ").trim());
const picture = (page, name) => folder && page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });

for (const width of [1280, 390]) {
  for (const javascript of [true, false]) {
    const name = `${width}${javascript ? "" : "-plain"}`;
    const page = await open({ javascript, width });
    await page.goto(`${address}/`);
    const home = await text(page, "main");
    await follow(page, RELEASE);
    await picture(page, `told-release-${name}`);
    const release = await text(page, "main");
    await follow(page, 'main a[href$="/doc/agent/merle-osterkamp"]');
    const person = await text(page, "main");
    found.seen.push({ name, home, release, person });
    if (javascript) {
      await page.goBack();
      await judge(page, `release-${name}`);
      await see(page, { "prefers-color-scheme": "dark" });
      await judge(page, `release-${name}-dark`);
      await picture(page, `told-release-${name}-dark`);
      await see(page, { "forced-colors": "active" });
      await picture(page, `told-release-${name}-forced`);
    }
    await page.close();
  }
}

// on paper: the receipts are read, what only leads elsewhere or is to be copied is not printed
const paper = await open({ javascript: true, width: 1280, media: "print" });
await paper.goto(`${address}/`);
await paper.goto(await paper.$eval(RELEASE, (it) => it.href));
await picture(paper, "told-release-print");
const printed = (selector) => paper.$$eval(selector, (all) => all.map((it) => it.checkVisibility({ contentVisibilityAuto: true }) && it.getBoundingClientRect().height > 0));
found.printed = { search: await printed("header form, header nav"), receipts: await printed(".know:not(:has(.record)) > :not(summary)"), records: await printed(".record"), headline: await printed("h1") };
await browser.close();
console.log(JSON.stringify(found));
