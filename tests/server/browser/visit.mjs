// node visit.mjs ADDRESS CHROMIUM FOLDER: walk through the pages as a reader does; print what was found as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const [address, executablePath, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const found = { steps: [], console: [], violations: [] };

async function open(javascript) {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(javascript);
  await page.setViewport({ width: 390, height: 844 });
  page.on("console", (message) => message.type() === "error" && found.console.push(message.text()));
  page.on("pageerror", (error) => found.console.push(String(error)));
  page.on("requestfailed", (request) => request.failure().errorText !== "net::ERR_ABORTED" && found.console.push(request.url()));
  return page;
}

async function step(page, name, check) {
  found.steps.push({ name, url: page.url().replace(address, ""), title: await page.title() });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  if (!check) return;
  const client = await page.createCDPSession();
  await client.send("Page.setBypassCSP", { enabled: true });
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run());
  for (const it of result.violations) {
    found.violations.push({ page: name, id: it.id, impact: it.impact, nodes: it.nodes.slice(0, 3).map((node) => node.html) });
  }
  // wider than the telephone's screen is not readable there
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
  if (overflow) found.violations.push({ page: name, id: "overflow", impact: "serious", nodes: [] });
}

async function follow(page, selector) {
  await page.waitForSelector(selector);
  await Promise.all([page.waitForNavigation(), page.$eval(selector, (element) => element.click())]);
}

async function walk(javascript) {
  const page = await open(javascript);
  const suffix = javascript ? "" : "-plain";
  await page.goto(`${address}/`);
  await step(page, `home${suffix}`, javascript);
  await page.type("#q", "biosaxony");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await step(page, `search${suffix}`, javascript);
  await follow(page, 'main a[href="/doc/agent/biosaxony"]');
  await step(page, `thing${suffix}`, javascript);
  await follow(page, '.receipt a[href^="/doc/document/"]');
  await step(page, `source${suffix}`, javascript);
  await follow(page, 'header a[href="/sparql"]');
  await step(page, `query${suffix}`, javascript);
  found[`editor${suffix}`] = (await page.$(".cm-editor")) !== null;
  await follow(page, 'a[href="/sparql?saved=labels-valid-on"]');
  await page.$eval("#p-date", (element) => (element.value = "2020-06-01"));
  await follow(page, ".parameters button");
  await step(page, `result${suffix}`, javascript);
  found[`rows${suffix}`] = (await page.$$("table tbody tr")).length;
  const download = await page.$eval(".downloads form", (form) => {
    const query = new URLSearchParams([...form.querySelectorAll("input")].map((it) => [it.name, it.value]));
    return `${form.getAttribute("action")}?${query}`;
  });
  found[`download${suffix}`] = download;
  if (javascript) {
    await page.goto(`${address}/cluster`);
    await step(page, "terms", true);
    await page.goto(`${address}/sparql?query=${encodeURIComponent("SELECT * { nonsense")}`);
    await step(page, "problem", true);
  }
  await page.close();
}

await walk(true);
await walk(false);
await browser.close();
// an error page is meant to answer 400
found.console = found.console.filter((text) => !text.includes("status of 400"));
console.log(JSON.stringify(found));
