// node fonts.mjs: copy the pages' serif, with its licence, to where the sheet expects it.
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const font = dirname(createRequire(import.meta.url).resolve("@fontsource-variable/newsreader/package.json"));
const folder = new URL("../../pages/static/", import.meta.url).pathname;
for (const [from, to] of [
  ["files/newsreader-latin-wght-normal.woff2", "newsreader-latin.woff2"],
  ["files/newsreader-latin-ext-wght-normal.woff2", "newsreader-latin-ext.woff2"],
  ["LICENSE", "newsreader-licence.txt"],
]) {
  copyFileSync(join(font, from), join(folder, to));
}
