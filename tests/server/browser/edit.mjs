// node edit.mjs PAGE CHROMIUM FOLDER FILES: tell the facts of a release in the editor, as a newcomer does; print what was
// found as JSON. PAGE is the file that lets the browser in, FILES the project's folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { PATIENCE, click, follow, go, judged, launch, wordsAt } from "./hand.mjs";

const [start, executablePath, folder, project] = process.argv.slice(2);
const browser = await launch(executablePath);
const found = { console: [], violations: [], steps: {} };
const TEXT = `Gold-Label für Küstenlicht e. V.

Kiel, 15. Januar 2026

Küstenlicht e. V., das Photonik-Cluster in Schleswig-Holstein, hat das Gold-Label erhalten. Das Label gilt ab dem 1. Januar 2026.

🧬 Die Arbeitsgruppe Lidar unter der Leitung von Merle Osterkamp betreibt ein Testfeld. Sie besteht seit 2019.`;

async function open({ javascript = true, width = 1280, browserContext = browser } = {}) {
  const page = await browserContext.newPage();
  await page.setJavaScriptEnabled(javascript);
  await page.setViewport({ width, height: 900 });
  // what scrolls while it is clicked is missed
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && !/status of 4\d\d/.test(message.text()) && found.console.push(`${page.url()} ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(`${page.url()} ${error}`));
  return page;
}

async function judge(page, name) {
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  const violations = await judged(page, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  found.violations.push(...violations.map((it) => ({ page: name, ...it })));
}

const focus = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);
const status = (page) => page.$eval("#status", (it) => it.textContent.trim());
const facts = () => readdirSync(`${project}/data/releases`).filter((it) => /^2026-01.*\.yaml$/.test(it)).map((it) => `${project}/data/releases/${it}`)[0];

// -- an empty folder

const page = await open();
await page.goto(start);
await page.waitForSelector("#title");
await judge(page, "setup");
await page.type("#title", "Küstenlicht");
await click(page, 'input[name="language"][value="en"]');
await go(page, () => page.keyboard.press("Enter"));
await page.type("#text", TEXT);
await follow(page, "form.form button.main");
found.steps.day = await page.$eval("#day", (it) => it.value);
await judge(page, "begin");
await follow(page, "form.form button.main");
await judge(page, "text");

// -- any words, with the mouse

async function drag(words) {
  const [from, to] = await wordsAt(page, ".sheet", words);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, to.y, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await go(page, () => page.mouse.up());
}

await drag("Küstenlicht e. V., das Photonik-Cluster in Schleswig-Holstein");
found.steps.chosen = await page.$eval(".pop .words", (it) => it.textContent);
await judge(page, "kinds");
await page.type("#kind", "cluster organisation is");
await go(page, () => page.keyboard.press("Enter"));
found.steps.formFocus = await focus(page);
await click(page, "#live summary");
await page.type('input[name="k.name.0"]', "Küstenlicht");
await page.waitForFunction(() => document.getElementById("written").textContent.includes("name: Küstenlicht\n"));
found.steps.live = await page.$eval("#written", (it) => it.textContent);
await judge(page, "form");
await go(page, () => press(page, "Control", "Enter"));
found.steps.saved = await status(page);

// words at the beginning of a sentence that is not the first of its paragraph
await drag("Das Label gilt");
found.steps.begun = await page.$eval(".pop .words", (it) => it.textContent);

// -- by keyboard alone: a sentence, a kind, a person whom nobody knows, a problem that is mended

await page.focus(".skip");
for (let turn = 0; turn < 60; turn += 1) {
  await page.keyboard.press("Tab");
  if (await page.evaluate(() => document.activeElement.textContent.includes("Merle Osterkamp") && document.activeElement.matches("[data-to]"))) break;
}
await go(page, () => page.keyboard.press("Enter"));
found.steps.popFocus = await focus(page);
for (const key of ["ArrowDown"]) await page.keyboard.press(key);
await go(page, () => page.keyboard.press("1"));
await page.type('input[name="k.member.0"]', "Merle Osterkamp");
await page.type('input[name="k.organization.0"]', "Küstenlicht");
await page.type('input[name="k.startDate.0"]', "some day");
await go(page, () => page.keyboard.press("Enter"));
found.steps.problems = await page.$$eval("#problems a", (all) => all.map((it) => it.textContent));
found.steps.problemFocus = await focus(page);
found.steps.notSaved = await status(page);
await judge(page, "problems");
await page.$eval('input[name="k.startDate.0"]', (it) => it.select());
await page.type('input[name="k.startDate.0"]', "Mai 2024");
await page.keyboard.press("Tab");
await page.waitForFunction(() => document.getElementById("d-k.startDate.0").textContent.includes("2024-05"));
found.steps.meaning = await page.$eval('[id="d-k.startDate.0"]', (it) => it.textContent);
await follow(page, 'button[value="new.k.member.0=Person"]');
found.steps.newPerson = await status(page);

// -- undo and redo by keys, what changed

await go(page, () => press(page, "Control", "z"));
found.steps.undone = [await status(page), readFileSync(facts(), "utf-8").includes("Merle")];
await go(page, () => press(page, "Control", "Shift", "z"));
found.steps.redone = [await status(page), readFileSync(facts(), "utf-8").includes("Merle")];
await follow(page, 'a[href^="/changes"]');
await judge(page, "changes");
found.steps.changes = await page.$$eval(".card h3", (all) => all.map((it) => it.textContent.trim()));
await follow(page, ".dialog a.button");

// -- what a program proposed: right, and who says so; not so

const before = readFileSync(facts(), "utf-8");
const proposals = "  - id: agent/kuestenlicht\n    legalForm: registered-association\n    proposedBy: rules\n    evidence: [54, 71]\n  - id: agent/kuestenlicht\n    sector: photonics\n    proposedBy: rules\n    evidence: [77, 93]\n";
writeFileSync(facts(), before + proposals);
await page.reload();
await follow(page, '[data-key="next"]');
await judge(page, "review");
await go(page, () => page.keyboard.press("r"));
await judge(page, "who");
await page.type("#by", "Küstenlicht");
await go(page, () => page.keyboard.press("Enter"));
found.steps.nextToReview = await page.$eval(".card", (it) => it.textContent.includes("photonics"));
await follow(page, 'button[value="not_so"]');

// -- another program beside the editor

await page.goto(`${new URL(page.url()).origin}/file?name=${encodeURIComponent(facts().slice(project.length + 1))}&fact=0&form=1`);
writeFileSync(facts(), readFileSync(facts(), "utf-8").replace("name: Küstenlicht\n", "name: Küstenlicht Nord\n"));
await page.select('select[name="k.sector.0"]', "photonics").catch(() => null);
await page.$eval('input[name="k.name.0"]', (it) => it.select());
await page.type('input[name="k.name.0"]', "Küstenlicht Süd");
await follow(page, '[data-key="save"]');
await judge(page, "conflict");
found.steps.conflict = await page.$$eval(".three > div", (all) => all.map((it) => it.textContent.replace(/\s+/g, " ").trim()));
await follow(page, 'button[value="later"]');
found.steps.kept = await page.$eval(".dialog .mono", (it) => it.textContent);

// -- on a telephone, by keyboard alone: a text is pasted and drafted, proposals are reviewed, a fact is said of a sentence

const narrow = await open({ width: 390 });
await narrow.goto(new URL(page.url()).origin);
await narrow.focus(".skip");

// Presses Tab until what has the focus is meant.
async function tabTo(selector, words = "") {
  for (let turn = 0; turn < 150; turn += 1) {
    await narrow.keyboard.press("Tab");
    if (await narrow.evaluate((wanted, said) => document.activeElement.matches(wanted) && document.activeElement.textContent.includes(said), selector, words)) return;
  }
  throw new Error(`no Tab leads to ${selector} on ${narrow.url()}`);
}

async function press(one, ...keys) {
  for (const it of keys.slice(0, -1)) await one.keyboard.down(it);
  await one.keyboard.press(keys[keys.length - 1]);
  for (const it of keys.slice(0, -1)) await one.keyboard.up(it);
}

const enter = () => go(narrow, () => narrow.keyboard.press("Enter"));
const counted = () => narrow.$eval('.tools a[href*="show=todo"] .n', (it) => Number(it.textContent));
const told = { focus: [] };
await tabTo("#text");
await narrow.keyboard.sendCharacter("Moorwind wächst\n\nMoorwind e. V. mit Sitz in Emden hat 86 Mitglieder. Der Verein wurde 2016 gegründet.");
await narrow.keyboard.press("a", { commands: ["SelectAll"] });
await narrow.keyboard.press("x", { commands: ["Cut"] });
told.cut = await narrow.$eval("#text", (it) => it.value);
await narrow.keyboard.press("v", { commands: ["Paste"] });
await tabTo("form.form button.main");
await enter();
// the browser gives it the focus when it draws
await narrow.waitForFunction(() => document.activeElement.id === "day");
await narrow.keyboard.type("1 February 2026");
await enter();
await tabTo('form[action="/draft"] button');
await enter();
told.focus.push(await focus(narrow));
await judge(narrow, "narrow-draft");
told.drafted = await counted();
// a form is opened and left, and the focus is where it was
await go(narrow, () => narrow.keyboard.press("e"));
told.focus.push(await focus(narrow));
told.textAside = await narrow.$eval(".sheet", (it) => getComputedStyle(it).display);
await go(narrow, () => narrow.keyboard.press("Escape"));
told.focus.push(await focus(narrow));
for (let turn = 0; turn < 40 && (await counted()) > 0; turn += 1) await go(narrow, () => narrow.keyboard.press("r"));
told.reviewed = await narrow.$$eval(".tools .n", (all) => all.map((it) => Number(it.textContent)));
await narrow.focus(".skip");
await tabTo(".path");
await enter();
await tabTo(".sheet [data-to]", "2016");
await enter();
told.focus.push(await focus(narrow));
await judge(narrow, "narrow-kinds");
await narrow.keyboard.type("person is named");
await enter();
await go(narrow, () => press(narrow, "Control", "Enter"));
told.focus.push(await focus(narrow));
told.problem = await status(narrow);
await judge(narrow, "narrow-problem");
await tabTo('input[name="k.name.0"]');
await narrow.keyboard.type("Ida Lindqvist");
await go(narrow, () => press(narrow, "Control", "Enter"));
told.saved = await status(narrow);
await go(narrow, () => press(narrow, "Control", "z"));
told.undone = await status(narrow);
found.steps.narrow = told;

// -- leaving with something typed asks

await page.goto(`${new URL(page.url()).origin}/file?name=${encodeURIComponent(facts().slice(project.length + 1))}&fact=0&form=1`);
await page.type('input[name="k.name.0"]', "!");
let asked = 0;
page.on("dialog", async (dialog) => {
  asked += 1;
  await dialog.accept();
});
await page.goto(new URL(page.url()).origin);
found.steps.leaving = asked;

// -- without scripts, on a telephone

const plain = await open({ javascript: false, width: 390 });
await plain.goto(new URL(page.url()).origin);
await follow(plain, '.files h2 a[href*="2026-01"]');
const sentences = await plain.$$("a.s");
await follow(plain, sentences[sentences.length - 1]);
await plain.type("#kind", "organisation has a unit");
await follow(plain, ".pop form button");
await follow(plain, ".kinds a");
await plain.type('input[name="k.name.0"]', "Arbeitsgruppe Lidar");
await judge2(plain, "plain-form");
await follow(plain, '[data-key="save"]');
found.steps.plainProblem = await plain.$eval("#problems", (it) => it.textContent.replace(/\s+/g, " ").trim());
if (folder) await plain.screenshot({ path: `${folder}/plain-problem.png`, fullPage: true });
await plain.evaluate(() => document.querySelector('input[name="k.unitOf.0"]').closest("details")?.setAttribute("open", ""));
await plain.type('input[name="k.unitOf.0"]', "Küstenlicht Nord");
await follow(plain, '[data-key="save"]');
await judge2(plain, "plain-saved");
found.steps.plain = await status(plain);
await follow(plain, "a.onphone");
const all = await plain.$$("a.s");
await follow(plain, all[1]);
await follow(plain, 'form[action="/nothing"] button');
found.steps.nothing = readFileSync(facts(), "utf-8").includes("checked: [[34, 55]]");

async function judge2(one, name) {
  // axe needs scripts: the same page is judged in the other tab
  if (folder) await one.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  const again = await open({ width: 390 });
  await again.goto(one.url());
  await judge(again, name);
  await again.close();
}

// -- another browser is not let in

const stranger = await open({ browserContext: await browser.createBrowserContext() });
const answer = await stranger.goto(new URL(page.url()).origin);
found.steps.stranger = answer.status();
await judge(stranger, "stranger");

await browser.close();
console.log(JSON.stringify(found));
