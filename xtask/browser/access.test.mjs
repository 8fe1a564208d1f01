// Holds the page against axe-core in every form that it has, and keeps pictures to be looked at.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chapter, launch, open, picture, site, unfold } from "./page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** The violations that axe-core finds below an element, each with the places. */
async function violations(page, below) {
  await page.evaluate(axe);
  const found = await page.evaluate((below) => axe.run(below ?? document, { resultTypes: ["violations"] }), below);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 120)} ${any[0]?.message ?? ""}`).join("; ")}`);
}

const STATES = [
  ["start", ""],
  ["tpm", "#inside=systemd,full-userland&firmware=tpm"],
  ["openhcl", "#paravisor=openhcl"],
  ["conflict", "#firmware=pcat&isolation=snp"],
  ["config", "#config=hyperv_openhcl_uefi_x64[tdx](none)"],
];
const SIZES = [["desktop", { width: 1280, height: 900 }], ["phone", { width: 390, height: 844 }]];

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of SIZES) {
    test(`no violation, ${size}, ${colorScheme}`, async () => {
      const page = await open(browser, { colorScheme, viewport });
      for (const [name, hash] of STATES) {
        await page.evaluate((hash) => { location.hash = hash; }, hash);
        await page.waitForTimeout(50);
        await page.evaluate(() => scrollTo(0, 0));
        await picture(page, `${name}-${size}-${colorScheme}`, { fullPage: name === "start" });
        // The guidance below the picker is the same in every state, folded or not.
        if (name === "start") await unfold(page);
        const below = name === "start" && size === "desktop" ? undefined : "#lt-app";
        assert.deepEqual(await violations(page, below), [], name);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `${name} is wider than the window`);
      }
    });
  }
}

test("no violation while searching", async () => {
  const page = await open(browser);
  await page.keyboard.press("/");
  await page.keyboard.type("windows");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await violations(page), []);
  await picture(page, "search");
});

test("no violation in any theme of an mdBook", async () => {
  assert.ok(existsSync(fileURLToPath(chapter)), "the book is built before: `cargo xtask book`");
  for (const theme of ["light", "rust", "coal", "navy", "ayu"]) {
    const page = await open(browser, { at: chapter, hash: "#firmware=tpm" });
    await page.evaluate((theme) => localStorage.setItem("mdbook-theme", theme), theme);
    await page.reload();
    await page.waitForSelector(".lt-card");
    assert.ok(await page.evaluate((theme) => document.documentElement.classList.contains(theme), theme), theme);
    await picture(page, `book-${theme}`);
    await unfold(page);
    assert.deepEqual(await violations(page, "#lightest"), [], theme);
    // The book turns its pages with these keys; they must not while an answer is chosen.
    const before = page.url().split("#")[0];
    await page.locator("input[name=lt-firmware]:checked").focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => !location.hash.includes("firmware=tpm"));
    assert.equal(page.url().split("#")[0], before);
    await page.context().close();
  }
});
