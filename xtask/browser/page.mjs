// Opens the page in Debian's Chromium, and reads what it shows.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/** The folder with the site; everything that the tests leave lies in it too. */
export const site = resolve(process.env.LIGHTEST_SITE ?? "target/site");
export const address = pathToFileURL(join(site, "index.html")).href;

/** The address of a page of the book, where it was built. */
export const chapter = pathToFileURL(join(site, "book", "picker.html")).href;

/** Starts the browser; it connects to nothing by itself. */
export function launch() {
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({
    executablePath: process.env.LIGHTEST_CHROMIUM ?? "/usr/bin/chromium",
    // Walking through thousands of addresses is what a page must not do to a person, and what a test has to.
    args: ["--no-sandbox", "--disable-ipc-flooding-protection", ...quiet],
  });
}

/** A page of its own, at an address, once it is ready. Whatever goes wrong in it fails the test. */
export async function open(browser, { hash = "", at = address, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(at + hash);
  if (options.javaScriptEnabled !== false) await page.waitForSelector(".lt-on .lt-card, .lt-on .lt-conflict");
  return page;
}

/** What the page shows, read from its elements. Runs in the page. */
export function shown() {
  const text = (element) => (element ? element.textContent : null);
  const texts = (where, what) => [...where.querySelectorAll(what)].map(text);
  return {
    attribute: text(document.querySelector(".lt-attribute code")),
    command: text(document.querySelector(".lt-command code")),
    cards: [...document.querySelectorAll(".lt-card")].map((card) => ({
      arch: card.dataset.arch,
      vmm: card.dataset.vmm ?? null,
      pick: text(card.querySelector(".lt-pick code")),
      companion: text(card.querySelector(".lt-companion code")),
      costs: [...card.querySelectorAll(".lt-cost")].map((list) => texts(list, "li")),
      why: [...card.querySelectorAll(".lt-reasons li")].map((item) => [text(item.querySelector("code")), text(item)]),
      quirks: [...card.querySelectorAll(".lt-quirk a")].map((link) => link.hash.replace("#quirk-", "")),
      flips: texts(card, ".lt-flips li"),
      heavier: texts(card, ".lt-runner-up code"),
      conflict: text(card.querySelector(".lt-conflict")),
      guests: [...card.querySelectorAll(".lt-rung")].map((rung) => ({
        family: rung.dataset.family,
        config: rung.dataset.config,
        kind: [...rung.classList].find((name) => name !== "lt-rung").slice(3),
        why: text(rung.querySelector(".lt-why")),
        places: rung.querySelectorAll(".lt-evidence a, .lt-evidence span").length,
      })),
    })),
  };
}

/** Goes through addresses in one page, and reads something after each. Runs in the page. */
export async function walk({ hashes, reading }) {
  const read = new Function(`return (${reading})`)();
  const answers = [];
  for (const hash of hashes) {
    if (location.hash !== hash) {
      const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
      location.hash = hash;
      await changed;
    }
    answers.push(read());
  }
  return answers;
}

/** Opens every folded section. */
export function unfold(page) {
  return page.evaluate(() => { for (const section of document.querySelectorAll("details")) section.open = true; });
}

/** Keeps a picture of a page. */
export async function picture(page, name, options = {}) {
  const folder = join(site, "pictures");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}
