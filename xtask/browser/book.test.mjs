// Opens every page of the built book: its links lead somewhere, and its tables fit or can be scrolled.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch, picture, site } from "./page.mjs";

const book = join(site, "book");
const pages = existsSync(book)
  ? readdirSync(book).filter((name) => name.endsWith(".html") && !["404.html", "print.html", "toc.html"].includes(name))
  : [];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** The addresses that a page links to, its identifiers, and its tables that stick out. Runs in the page. */
function looked() {
  const main = document.querySelector("main");
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  return {
    links: [...document.querySelectorAll("main a[href], nav a[href]")].map((link) => link.href),
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
    out: [...main.querySelectorAll("table")]
      .filter((table) => table.getBoundingClientRect().width > main.clientWidth + 1 && !scrolls(table))
      .map((table) => table.textContent.trim().slice(0, 60)),
    errors: [...document.querySelectorAll(".admonition-error, .mdbook-error")].map((element) => element.textContent),
  };
}

test("every link of the book leads somewhere, and every table fits", async () => {
  assert.ok(pages.length > 5, "the book is built before: `cargo xtask book`");
  const seen = new Map();
  for (const width of [1280, 390]) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    for (const name of pages) {
      const address = pathToFileURL(join(book, name)).href;
      await page.goto(address);
      const found = await page.evaluate(looked);
      seen.set(address, found);
      assert.deepEqual(found.out, [], `${name} at ${width}: tables that stick out`);
      assert.deepEqual(found.errors, [], name);
      if (name === "guest_selection.html") await picture(page, `guest-selection-${width}`);
    }
    await context.close();
  }
  const broken = [];
  for (const [address, { links }] of seen) {
    for (const link of links.filter((link) => link.startsWith("file:"))) {
      const [target, anchor] = link.split("#");
      const path = fileURLToPath(target);
      // The picker's state stands where an anchor would.
      const anchored = anchor && !target.endsWith("picker.html");
      if (!existsSync(path)) broken.push(`${address}: ${link}`);
      else if (anchored && seen.has(target) && !seen.get(target).ids.includes(decodeURIComponent(anchor))) broken.push(`${address}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

/** How many sheets a page prints on: the count of its page tree's root, which is the largest. */
function sheets(pdf) {
  return Math.max(...[...pdf.toString("latin1").matchAll(/\/Count (\d+)/g)].map(([, count]) => Number(count)));
}

test("the page on choosing a guest prints on two sheets, and no other page is printed in its way", async () => {
  const page = await browser.newPage();
  for (const format of ["Letter", "A4"]) {
    await page.goto(pathToFileURL(join(book, "guest_selection.html")).href);
    assert.equal(sheets(await page.pdf({ format, margin: { top: "1cm", bottom: "1cm", left: "1cm", right: "1cm" } })), 2, format);
  }
  await page.emulateMedia({ media: "print" });
  const columns = () => page.evaluate(() => getComputedStyle(document.querySelector("main")).columnCount);
  assert.equal(await columns(), "2");
  for (const name of ["print.html", "guest_selection_reference.html"]) {
    await page.goto(pathToFileURL(join(book, name)).href);
    assert.equal(await columns(), "auto", name);
  }
  await page.close();
});
