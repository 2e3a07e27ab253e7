// Copies the engine as its package has it, with the licence that it is given with.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const from = "node_modules/oxigraph";
const to = "../built";
mkdirSync(to, { recursive: true });
cpSync(`${from}/web.js`, `${to}/oxigraph.js`);
cpSync(`${from}/web_bg.wasm`, `${to}/oxigraph.wasm`);
writeFileSync(`${to}/oxigraph-licence.txt`, readFileSync("NOTICE", "utf8") + readFileSync("../../../../LICENSE", "utf8"));
