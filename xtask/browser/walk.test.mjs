// Walks through everything that the page can be asked, and writes down what it shows; xtask compares it with the library.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, shown, site, walk } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What an explanation shows. Runs in the page. */
function explained() {
  const text = (element) => (element ? element.textContent : null);
  const groups = [...document.querySelectorAll(".lt-explained details")].map((group) => [
    text(group.querySelector("summary")).split(" (")[0],
    [...group.querySelectorAll("dt")].map((name) => [text(name), text(name.nextElementSibling)]),
  ]);
  return {
    config: text(document.querySelector(".lt-attribute code")),
    command: text(document.querySelector(".lt-command code")),
    verdict: text(document.querySelector(".lt-verdict")),
    groups: Object.fromEntries(groups),
  };
}

async function written(asked, reading, name) {
  const page = await open(browser);
  // Nothing has to be drawn to be read.
  await page.evaluate(() => { document.getElementById("lightest").style.display = "none"; });
  const lines = [];
  for (let at = 0; at < asked.length; at += 500) {
    const hashes = asked.slice(at, at + 500);
    lines.push(...await page.evaluate(walk, { hashes, reading: reading.toString() }));
  }
  writeFileSync(join(site, name), lines.map((line) => JSON.stringify(line)).join("\n") + "\n");
}

const asked = JSON.parse(readFileSync(join(site, "asked.json"), "utf8"));

test("everything that can be asked is answered", () => written(asked.queries, shown, "shown.jsonl"));
test("every configuration is explained", () => written(asked.configs, explained, "explained.jsonl"));
