// What people do with pages, done so that a busy machine cannot make it miss: nothing is pressed while it moves or is covered.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import puppeteer from "puppeteer-core";

// Milliseconds that a machine with much else to do may take for one step.
export const PATIENCE = 60000;

export function launch(executablePath, ...more) {
  return puppeteer.launch({ executablePath, protocolTimeout: 3 * PATIENCE, timeout: PATIENCE, args: ["--no-sandbox", "--disable-gpu", ...more] });
}

// Runs axe-core, which the policy of no page here would let in.
export async function judged(page, options = {}) {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
  const client = await page.createCDPSession();
  await client.send("Page.setBypassCSP", { enabled: true });
  // what passes is not asked for: large pages have much of it
  const asked = JSON.stringify({ resultTypes: ["violations"], selectors: false, ...options });
  const violations = await page.evaluate(`${axe}; axe.run(${asked}).then((it) => it.violations)`);
  await client.send("Page.setBypassCSP", { enabled: false });
  await client.detach();
  const found = violations.map((it) => ({ id: it.id, impact: it.impact, nodes: it.nodes.slice(0, 3).map((node) => node.html.slice(0, 300)) }));
  // wider than the screen is not readable there
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
  return wide ? [...found, { id: "wider than the screen", impact: "serious", nodes: [] }] : found;
}

// Runs in the page, with scripts switched off too: where the element can be pressed now, or why it cannot.
function look(element) {
  const told = (it) => it.cloneNode(false).outerHTML.slice(0, 200);
  if (!element.isConnected) return { why: "it is no longer in the page" };
  if (document.readyState !== "complete" || document.fonts.status !== "loaded") return { why: "the page or its fonts are still loading" };
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  let why = "nothing of it is shown";
  for (const box of element.getClientRects()) {
    if (box.width < 1 || box.height < 1) continue;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    if (hit !== null && element.contains(hit)) return { x, y, hovered: element.matches(":hover") };
    why = hit === null ? `its place (${x}, ${y}) is outside the window` : `${told(hit)} covers it at (${x}, ${y})`;
  }
  return { why };
}

// Returns where `looked` finds a place to be, once two looks agree.
async function still(looked, what) {
  const end = Date.now() + PATIENCE;
  let last = { why: "it was not looked at" };
  while (Date.now() < end) {
    const now = await looked();
    if (now.why === undefined && last.x === now.x && last.y === now.y) return now;
    last = now;
    await pause(40);
  }
  throw new Error(`${what} cannot be pressed: ${last.why ?? "it does not come to rest"}`);
}

// Presses an element, or the first one that a selector finds: where it lies still, is in sight, covered by nothing, and the
// browser itself says that the mouse is over it. What is folded away is unfolded first, as readers do.
export async function click(page, target) {
  const element = typeof target === "string" ? await page.waitForSelector(target, { timeout: PATIENCE }) : target;
  const name = typeof target === "string" ? target : await element.evaluate((it) => it.cloneNode(false).outerHTML);
  const folded = await element.evaluateHandle((it) => {
    let outermost = null;
    for (let at = it.closest("details"); at !== null; at = at.parentElement.closest("details")) {
      if (!at.open && !at.querySelector(":scope > summary")?.contains(it)) outermost = at.querySelector(":scope > summary");
    }
    return outermost;
  });
  if (folded.asElement() !== null) {
    await click(page, folded.asElement());
    for (let turn = 0; turn < 100 && !(await folded.evaluate((it) => it.parentElement.open)); turn += 1) await pause(40);
    return click(page, element);
  }
  for (let turn = 0; turn < 100; turn += 1) {
    const there = await still(() => element.evaluate(look), name);
    await page.mouse.move(there.x, there.y);
    const now = await element.evaluate(look);
    if (now.hovered && now.x === there.x && now.y === there.y) {
      await page.mouse.down();
      await page.mouse.up();
      return;
    }
    await pause(40);
  }
  throw new Error(`${name} cannot be pressed: the mouse at its place is never over it`);
}

// Does what leads to another page, and waits until that is there.
export async function go(page, act) {
  const gone = page.waitForNavigation({ timeout: PATIENCE });
  // told where it is awaited
  gone.catch(() => null);
  await act();
  try {
    await gone;
  } catch (error) {
    const focus = await page.evaluate(() => document.activeElement.outerHTML.slice(0, 300));
    throw new Error(`${page.url()} stays, the focus is on ${focus}: ${error.message}`);
  }
}

export const follow = (page, target) => go(page, () => click(page, target));

// Where words of the text begin and end on the screen, once they lie still.
export async function wordsAt(page, within, words) {
  const { from, to } = await still(
    () =>
      page.evaluate(
        (root, wanted) => {
          if (document.readyState !== "complete" || document.fonts.status !== "loaded") return { why: "the page or its fonts are still loading" };
          const walker = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
            const at = node.data.indexOf(wanted);
            if (at < 0) continue;
            node.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + wanted.length);
            const boxes = [...range.getClientRects()];
            const [first, last] = [boxes[0], boxes[boxes.length - 1]];
            const [from, to] = [{ x: first.left + 1, y: first.top + first.height / 2 }, { x: last.right - 1, y: last.top + last.height / 2 }];
            return { x: from.x + 10000 * to.x, y: from.y + 10000 * to.y, from, to };
          }
          return { why: `no ${wanted}` };
        },
        within,
        words,
      ),
    words,
  );
  return [from, to];
}
