// Uses the page as a person does: with a mouse, with a keyboard alone, without a script, on paper.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { address, launch, open, picture, shown, site, unfold } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

// The request's seven branches: what an author clicks, and what must be in the attribute.
const BRANCHES = [
  ["device I/O and the serial console", [/serial console/], ["openvmm_linux_direct_x64", "openvmm_linux_direct_aarch64"]],
  ["UEFI boot services", [/calls UEFI services/], ["openvmm_uefi_x64(guest_test_uefi_x64)"]],
  ["a quick test with a real system", [/cloud-init from its own disk/], ["vhd(alpine_3_23_x64)", "vhd(alpine_3_23_aarch64)"]],
  ["full integration", [/^It uses systemd/, /^A network card/], ["vhd(ubuntu_2504_server_x64)", "vhd(ubuntu_2404_server_aarch64)"]],
  ["Windows", [/Windows commands/], ["vhd(windows_datacenter_core_2022_x64)", "vhd(windows_11_enterprise_aarch64)"]],
  ["the paravisor", [/work with OpenHCL present/], ["openvmm_openhcl_linux_direct_x64", "openvmm_linux_direct_x64"]],
  ["confidential isolation", [/SEV-SNP/], ["hyperv_openhcl_uefi_x64[snp](vhd(ubuntu_2504_server_x64))"]],
];

test("the seven branches of the request are reached by clicking", async () => {
  const page = await open(browser);
  for (const [branch, answers, wanted] of BRANCHES) {
    for (const answer of answers) await page.locator("label.lt-option").filter({ hasText: answer }).click();
    const { attribute } = await page.evaluate(shown);
    for (const config of wanted) assert.ok(attribute.includes(config), `${branch}: ${config} in\n${attribute}`);
    await page.getByRole("link", { name: "Start again" }).click();
  }
});

test("the branches of the guidance lead to the picker", async () => {
  const page = await open(browser);
  await unfold(page);
  const links = page.locator(".lt-tree .lt-ask");
  assert.equal(await links.count(), 7);
  for (let at = 0; at < 7; at += 1) {
    const told = await page.locator(".lt-tree > li").nth(at).locator("dd").first().locator("code").first().textContent();
    await links.nth(at).click();
    await page.waitForFunction((told) => document.querySelector(".lt-pick code")?.textContent === told, told);
  }
});

test("nothing is fetched", async () => {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  await page.waitForSelector(".lt-card");
  assert.deepEqual(requests.filter((url) => !url.startsWith("data:")), [address]);
});

test("an answer is there from the first moment, and back and forward step through answers", async () => {
  const page = await open(browser);
  const first = (await page.evaluate(shown)).attribute;
  assert.match(first, /openvmm_linux_direct_x64/);
  await page.getByLabel("A TPM").check();
  assert.match(page.url(), /#firmware=tpm$/);
  const second = (await page.evaluate(shown)).attribute;
  assert.notEqual(second, first);
  await page.getByRole("radio", { name: "aarch64" }).check();
  assert.match(page.url(), /#firmware=tpm&arch=aarch64$/);
  const third = (await page.evaluate(shown)).attribute;
  await page.goBack();
  assert.equal((await page.evaluate(shown)).attribute, second);
  await page.goBack();
  assert.equal((await page.evaluate(shown)).attribute, first);
  await page.goForward();
  await page.goForward();
  assert.equal((await page.evaluate(shown)).attribute, third);
  // The address alone says it all.
  const again = await open(browser, { hash: new URL(page.url()).hash });
  assert.equal((await again.evaluate(shown)).attribute, third);
});

test("a keyboard alone searches, answers, explains and comes back", async () => {
  const page = await open(browser);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "lt-search");
  await page.keyboard.type("secure-b");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#requires=secure-boot");
  await page.keyboard.press("/");
  await page.keyboard.type("openvmm_uefi_x64(none");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => decodeURIComponent(location.hash) === "#config=openvmm_uefi_x64(none)");
  assert.equal(await page.locator(".lt-verdict b").textContent(), "Runs");
  await page.getByRole("link", { name: "Back to the picker" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".lt-rung");
  // Radios: Tab reaches a question, arrows answer it.
  await page.locator("input[name=lt-firmware]:checked").focus();
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => location.hash === "#firmware=pcat");
  await page.keyboard.press("/");
  await page.keyboard.type("tpm");
  await page.keyboard.press("Escape");
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "lt-search");
});

test("everything that can be clicked is reached by Tab", async () => {
  const page = await open(browser, { hash: "#firmware=tpm" });
  const missed = await page.evaluate(() => {
    const wanted = document.querySelectorAll("#lt-app a, #lt-app button, #lt-app input, #lt-filters select, #lt-configs button");
    return [...wanted].filter((element) => element.tabIndex < 0).map((element) => element.outerHTML.slice(0, 80));
  });
  assert.deepEqual(missed, []);
});

test("the attribute and the command are copied", async () => {
  const page = await open(browser, { hash: "#firmware=tpm", permissions: ["clipboard-read", "clipboard-write"] });
  const { attribute, command } = await page.evaluate(shown);
  for (const [name, wanted] of [["the attribute", attribute], ["the command", command]]) {
    await page.getByRole("button", { name: `Copy ${name}` }).click();
    await page.waitForFunction((name) => document.querySelector(".lt-hidden[role=status]").textContent === `Copied ${name}`, name);
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), wanted);
  }
});

test("refused guests stay in sight, with a reason and where it is known from", async () => {
  const page = await open(browser, { hash: "#inside=systemd,full-userland&firmware=tpm" });
  const families = (one) => one.guests.map(({ family }) => family);
  const [x64] = (await page.evaluate(shown)).cards;
  const refused = x64.guests.filter(({ kind }) => kind === "no");
  assert.ok(refused.length >= 2);
  for (const { why, places } of refused) {
    assert.match(why, /^(lacks|cannot run|runs no code)/);
    assert.ok(places > 0, why);
  }
  await page.goto(`${address}#inside=windows-shell`);
  assert.deepEqual(families((await page.evaluate(shown)).cards[0]), families(x64));
});

test("an answer that nothing gives says what cannot meet", async () => {
  const page = await open(browser, { hash: "#firmware=pcat&isolation=snp" });
  const { attribute, cards } = await page.evaluate(shown);
  assert.equal(attribute, null);
  for (const card of cards) assert.match(card.conflict, /cannot meet|given by no/);
  assert.ok(await page.locator(".lt-dead").count() > 0);
});

test("a phone's first screen has the answer and the first question", async () => {
  const page = await open(browser, { viewport: { width: 390, height: 844 } });
  const bar = await page.locator(".lt-bar").boundingBox();
  for (const part of [".lt-attribute", ".lt-question:first-of-type .lt-skip"]) {
    const box = await page.locator(part).first().boundingBox();
    assert.ok(box.y >= 0 && box.y + box.height <= bar.y, `${part}: ${JSON.stringify(box)}`);
  }
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(height < 6000, `${height} pixels high`);
});

test("a link to a place in a folded section opens it", async () => {
  const page = await open(browser);
  const quirk = page.locator("#quirks dt").first();
  assert.equal(await quirk.isVisible(), false);
  const id = await quirk.getAttribute("id");
  await page.evaluate((id) => { location.hash = id; }, id);
  await quirk.waitFor({ state: "visible" });
  assert.ok(await page.locator(".lt-attribute").count() > 0, "the answer stays");
});

test("the table is filtered, sorted and linked", async () => {
  const page = await open(browser);
  await page.locator("#configurations > summary").click();
  const rows = () => page.locator("#lt-configs tbody tr:visible");
  const all = await rows().count();
  const cells = async (at) => rows().evaluateAll((rows, at) => rows.map((row) => row.cells[at].textContent.trim()), at);
  for (const [label, value, at] of [["VMM", "Hyper-V", 3], ["Isolation", "snp", 4], ["Architecture", "x64", 5], ["Runs", "yes", 10]]) {
    const before = await rows().count();
    await page.locator("#lt-filters").getByLabel(label, { exact: true }).selectOption(value);
    const left = await cells(at);
    assert.ok(left.length > 0 && left.length <= before, `${label}: ${left.length} of ${before}`);
    assert.deepEqual([...new Set(left)], [value]);
  }
  assert.ok((await rows().count()) < all);
  assert.match(page.url(), /table-isolation=snp/);
  await page.locator("#lt-filters").getByLabel("Gives").selectOption("windows-shell");
  assert.ok((await cells(0)).every((name) => name.includes("windows")));
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal(await rows().count(), all);
  await page.locator("#lt-filters").getByLabel("Image at most").selectOption("0");
  assert.deepEqual([...new Set(await cells(7))], ["none"]);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator("#lt-filters").getByLabel("Boot at most").selectOption("fast");
  assert.deepEqual([...new Set(await cells(6))].sort(), ["Fast", "Fastest"]);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator("#lt-configs thead").getByRole("button", { name: "VMM" }).click();
  const sorted = await cells(3);
  assert.deepEqual(sorted, [...sorted].sort());
  assert.equal(await page.locator("th[aria-sort=ascending]").textContent(), "VMM");
  const name = await rows().first().locator("a").textContent();
  await rows().first().locator("a").click();
  await page.waitForFunction((name) => document.querySelector(".lt-attribute code").textContent === name, name);
});

test("without a script the page is the whole guidance", async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  const titles = await page.locator(".lt-section > summary").allTextContents();
  assert.deepEqual(titles, [
    "Start here", "Decision tree", "What guests cost", "What runs where", "Guidelines", "Quirks that cost time", "Examples",
    "When the answer does not run", "The request's tree, branch by branch", "By what the test touches", "Every guest",
    "Every boot method and architecture", "The request's guidelines, and what is true now", "Every known quirk", "Blockers",
    "All configurations",
  ]);
  const table = page.locator("#start-here table").first();
  assert.equal(await table.isVisible(), false);
  await page.locator("#start-here > summary").click();
  assert.ok(await table.isVisible());
  assert.equal(await page.locator(".lt-tree > li").count(), 7);
  assert.ok(await page.locator("#lt-configs tbody tr").count() > 200);
  assert.ok(await page.locator("noscript p").isVisible());
  assert.equal(await page.locator(".lt-ask:visible").count(), 0);
});

test("on paper there is the answer and the guidance, and nothing to click", async () => {
  const page = await open(browser, { hash: "#firmware=tpm" });
  await page.emulateMedia({ media: "print" });
  for (const gone of [".lt-questions", ".lt-search", ".lt-copy", ".lt-filters"]) {
    assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  }
  assert.ok(await page.locator(".lt-attribute").isVisible());
  const [printed, folded] = await page.evaluate(() => {
    const open = () => document.querySelectorAll("details.lt-section[open]").length;
    dispatchEvent(new Event("beforeprint"));
    const all = open();
    dispatchEvent(new Event("afterprint"));
    return [all, open()];
  });
  assert.deepEqual([printed, folded], [16, 0]);
  await picture(page, "print");
  const path = join(site, "pictures", "print.pdf");
  await page.pdf({ path, format: "A4" });
  assert.ok(existsSync(path));
});

test("nothing moves for those who do not want it", async () => {
  const page = await open(browser, { reducedMotion: "reduce" });
  const moving = await page.evaluate(() => [...document.querySelectorAll("#lightest *")].filter((element) => {
    const style = getComputedStyle(element);
    return style.animationName !== "none" || style.transitionDuration !== "0s" || style.scrollBehavior === "smooth";
  }).length);
  assert.equal(moving, 0);
});
