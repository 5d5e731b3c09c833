// The workbench against a running `altyn serve`, as a reader uses it.
// ALTYN: the command (default ../build/release/bin/altyn). ALTYN_JUNIT: where the JUnit file goes.
// ALTYN_SHOTS: folder for screenshots.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { with_browser } from "./browser.js";
import { run_cases } from "./junit.js";
import { serve } from "./server.js";
import { take_workbench_shots } from "./workbench_shots.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const altyn = process.env["ALTYN"] ?? join(root, "build/release/bin/altyn");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "altyn-workbench-"));

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */

const server = await serve(altyn);

/**
 * Opens a state of the workbench; whatever goes wrong in the page is in `troubles`.
 * @param {Context} context
 * @param {string} [state]
 * @param {{ width?: number, theme?: "light" | "dark" }} [look]
 */
async function open(context, state = "", { width = 1360, theme = "light" } = {}) {
  const page = await context.newPage();
  /** @type {string[]} */
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(`script error: ${error.stack}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(server.address) && !/^(data|blob):/.test(request.url())) troubles.push(`request: ${request.url()}`);
  });
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(server.address + (state ? `#${state}` : ""));
  return { page, troubles };
}

/** Until the map is drawn and nothing is under way. @param {Page} page */
async function rested(page) {
  await page.waitForSelector(".stage > svg", { timeout: 30_000 });
  await page.waitForFunction(() => document.querySelector("[aria-busy=true], .working.shown, .old") === null, null, { timeout: 60_000 });
  await page.waitForTimeout(400);
  await page.waitForFunction(() => document.querySelector(".working.shown") === null, null, { timeout: 60_000 });
}

/** Moves a slider as a hand does. @param {Page} page @param {string} label @param {number} value */
async function slide(page, label, value) {
  const slider = page.getByLabel(label, { exact: true });
  await slider.evaluate((input, to) => {
    /** @type {HTMLInputElement} */ (input).value = String(to);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
}

/** Rows of a figure's table by its CSV. @param {Page} page @param {string} id */
async function csv_of(page, id) {
  const text = (await download(page, `#figure-${id} [data-download=csv]`)).content.toString("utf8");
  const [head = "", ...lines] = text.trim().split("\r\n");
  const names = head.split(",");
  return lines.map((line) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.map((cell) => cell.replace(/,$/, "").replace(/^"|"$/g, "")) ?? [];
    return Object.fromEntries(names.map((name, place) => [name, cells[place] ?? ""]));
  });
}

/** @param {Page} page @param {string} selector */
async function download(page, selector) {
  const [saved] = await Promise.all([page.waitForEvent("download", { timeout: 90_000 }), page.locator(selector).first().click()]);
  return { name: saved.suggestedFilename(), content: readFileSync(await saved.path()) };
}

const kUzbekistan = "1/scenario?on=eaeu-2016&join=UZB&border=-5";

/** @type {[string, (context: Context) => Promise<void>][]} */
const cases = [
  ["a first visit shows the claim, already checked", async (context) => {
    const started = performance.now();
    const { page, troubles } = await open(context);
    await page.waitForSelector(".grade", { timeout: 90_000 });
    console.log(`       first verdict after ${Math.round(performance.now() - started)} ms`);
    assert.equal(await page.locator(".grade").count(), 2);
    assert.match(await page.locator(".checked h1").innerText(), /Russia/);
    assert.ok(await page.locator("#figure-range_bars svg").isVisible());
    assert.deepEqual(troubles, []);
  }],

  ["brushing the series moves the window, and the check follows", async (context) => {
    const { page, troubles } = await open(context);
    await page.waitForSelector(".grade", { timeout: 90_000 });
    const brush = page.getByRole("slider", { name: /window/ });
    await brush.waitFor();
    const before = await brush.getAttribute("aria-valuetext");
    await brush.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((old) => document.querySelector(".brush svg")?.getAttribute("aria-valuetext") !== old, before);
    await page.waitForFunction(() => document.querySelector(".facts")?.textContent?.includes("March–August 2017"), null, { timeout: 60_000 });
    await page.waitForFunction(() => location.hash.includes("window=2017-03..2017-08"));
    const box = /** @type {{ x: number, y: number, width: number, height: number }} */ (await brush.boundingBox());
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.52, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(() => !location.hash.includes("window=2017-03"));
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => location.hash.includes("window=2017-03..2017-08"));
    assert.deepEqual(troubles, []);
  }],

  ["Uzbekistan joins by a click on the map and leaves by its chip", async (context) => {
    const { page, troubles } = await open(context, "1/scenario?on=eaeu-2016");
    await rested(page);
    await page.locator('#figure-map [data-code="UZB"]').click();
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("Uzbekistan"));
    await rested(page);
    assert.match(page.url(), /join=UZB/);
    assert.match(await page.locator(".numbers").innerText(), /Uzbekistan/);
    await page.getByRole("button", { name: "Take Uzbekistan out" }).click();
    await page.waitForFunction(() => !document.querySelector("h1")?.textContent?.includes("Uzbekistan"));
    assert.deepEqual(troubles, []);
  }],

  ["moving the tariff changes the revenue at once, undo brings it back", async (context) => {
    const { page, troubles } = await open(context, "1/scenario?on=eaeu-2016");
    await rested(page);
    const revenue = page.locator("#revenue-total .value");
    const before = await revenue.innerText();
    await slide(page, "Common external tariff", 5);
    await page.waitForFunction((old) => /** @type {HTMLElement} */ (document.querySelector("#revenue-total .value"))?.innerText !== old, before, { timeout: 5000 });
    const [was, is] = (await revenue.innerText()).split("→").map((text) => Number(text.replace(/\D/g, "")));
    assert.ok(Number(is) > Number(was) * 1.2, `${was} -> ${is}`);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction((old) => /** @type {HTMLElement} */ (document.querySelector("#revenue-total .value"))?.innerText === old, before);
    await page.getByRole("button", { name: "Redo" }).click();
    await page.waitForFunction((old) => /** @type {HTMLElement} */ (document.querySelector("#revenue-total .value"))?.innerText !== old, before);
    assert.deepEqual(troubles, []);
  }],

  ["every movement of a slider is solved anew, the last one wins", async (context) => {
    const { page, troubles } = await open(context, kUzbekistan);
    await rested(page);
    for (let step = 0; step <= 40; step += 1) await slide(page, "Border cost", -5 + step * 0.25);
    await rested(page);
    const rows = await csv_of(page, "map");
    const { page: other } = await open(context, page.url().split("#")[1]);
    await rested(other);
    const again = await csv_of(other, "map");
    assert.deepEqual(rows, again);
    assert.deepEqual(troubles, []);
  }],

  ["a shared link finds the same state", async (context) => {
    const { page } = await open(context, kUzbekistan);
    await rested(page);
    await slide(page, "Trade elasticity", 6.5);
    await page.getByRole("button", { name: "Exports", exact: true }).click();
    await rested(page);
    await page.getByRole("button", { name: "Copy link" }).click();
    const link = page.url();
    const { page: other, troubles } = await open(context, link.split("#")[1]);
    await rested(other);
    assert.equal(await other.locator(".slider output").nth(2).innerText(), "6.5");
    assert.equal(await other.getByRole("button", { name: "Exports", exact: true }).getAttribute("aria-pressed"), "true");
    assert.equal(await other.locator(".numbers").innerText(), await page.locator(".numbers").innerText());
    assert.deepEqual(troubles, []);
  }],

  ["the page's numbers are the command's, to the last digit", async (context) => {
    const { page } = await open(context, kUzbekistan);
    await rested(page);
    await page.getByRole("button", { name: "Scenario file" }).click();
    const toml = await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector(".toml textarea"))?.value || null);
    const file = join(folder, "page.toml");
    // The page names a bundled scenario; the command names its file.
    writeFileSync(file, String(await toml.jsonValue()).replace(/extends = "([\w-]+)"/, `extends = "${root}cases/eaeu/$1.toml"`));
    execFileSync(altyn, ["simulate", file, "-o", join(folder, "run"), "-q", "--n-draws", "500"]);
    const result = JSON.parse(readFileSync(join(folder, "run/result.json"), "utf8"));
    const { columns, rows } = result.tables.economies;
    const at = (/** @type {string} */ name) => columns.findIndex((/** @type {{ name: string }} */ column) => column.name === name);
    const shown = await csv_of(page, "map");
    assert.equal(shown.length, rows.length);
    for (const row of rows) {
      const mine = shown.find((one) => one["economy"] === row[0]);
      assert.equal(Number(mine?.["value"]), row[at("real_income_change")], row[0]);
      assert.equal(Number(mine?.["low"]), row[at("real_income_change_low")], `${row[0]} low`);
      assert.equal(Number(mine?.["high"]), row[at("real_income_change_high")], `${row[0]} high`);
    }
  }],

  ["two scenarios stand side by side, each moved by itself", async (context) => {
    const { page, troubles } = await open(context, kUzbekistan);
    await rested(page);
    await page.getByRole("button", { name: "Compare with a second scenario" }).click();
    await page.waitForSelector("#figure-compared svg");
    await page.getByRole("button", { name: "Take Kazakhstan out" }).click();
    await rested(page);
    const rows = await csv_of(page, "compared");
    const kazakhstan = rows.find((row) => row["economy"] === "KAZ");
    assert.ok(Number(kazakhstan?.["value"]) > 0 && Number(kazakhstan?.["other"]) < Number(kazakhstan?.["value"]));
    await page.getByRole("button", { name: "Back to one scenario" }).click();
    assert.equal(await page.locator("#figure-compared").count(), 0);
    assert.deepEqual(troubles, []);
  }],

  ["each format is handed out and can be opened", async (context) => {
    const { page } = await open(context, kUzbekistan);
    await rested(page);
    const map = await download(page, "#figure-map [data-download=svg]");
    assert.match(map.content.toString("utf8"), /^<svg/);
    assert.doesNotMatch(map.content.toString("utf8"), /var\(--|NaN/);
    const picture = await download(page, "#figure-map [data-download=png]");
    assert.equal(picture.content.subarray(1, 4).toString(), "PNG");
    assert.ok(picture.content.length > 20_000);
    assert.ok((await csv_of(page, "ranked")).length > 50);
    await page.locator("#figure-map .cite").click();
    assert.match(await page.locator("#figure-map .citation").innerText(), /Altyn/);
    await page.getByRole("button", { name: "Scenario file" }).click();
    await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector(".toml textarea"))?.value);
    assert.match((await download(page, "text=Save as TOML")).content.toString("utf8"), /\[scenario\]/);
    const report = await download(page, "text=Save as report.html");
    const path = join(folder, "report.html");
    writeFileSync(path, report.content);
    const opened = await context.newPage();
    await opened.goto(`file://${path}`);
    assert.match(await opened.locator("h1").innerText(), /Uzbekistan/);
  }],

  ["a scenario file opens, and a broken one says what is wrong", async (context) => {
    const { page } = await open(context, "1/scenario?on=eaeu-2016");
    await rested(page);
    await page.getByRole("button", { name: "Scenario file" }).click();
    const text = page.locator(".toml textarea");
    await text.fill("[scenario\nname = 1");
    await page.getByRole("button", { name: "Use this text" }).click();
    await page.waitForSelector(".toml .trouble");
    assert.ok((await page.locator(".toml .trouble .what").innerText()).length > 10);
    await text.fill(readFileSync(join(root, "cases/eaeu/common-tariff-plus-5.toml"), "utf8").replace("eaeu-2016.toml", "eaeu-2016"));
    await page.getByRole("button", { name: "Use this text" }).click();
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("five points"));
    await rested(page);
    assert.match(page.url(), /file=/);
  }],

  ["a formula is completed while it is typed, and a mistake is marked at its character", async (context) => {
    const { page } = await open(context, "1/estimate");
    await rested(page).catch(() => undefined);
    await page.waitForSelector("#figure-coefficients", { timeout: 90_000 });
    const formula = page.getByRole("combobox", { name: "Formula" });
    await formula.fill("trade ~ ea");
    await page.waitForSelector("#offered.open");
    await page.keyboard.press("Enter");
    assert.equal(await formula.inputValue(), "trade ~ eaeu");
    await formula.fill("trade ~ eaeu + nonsense | exporter^year");
    await page.getByRole("button", { name: "Estimate", exact: true }).click();
    await page.waitForSelector(".trouble");
    assert.match(await page.locator(".trouble .what").innerText(), /nonsense/);
    assert.equal(await page.locator(".formula mark").innerText(), "n");
  }],

  ["the two sides of a flow are told apart, and the gap is on a badge", async (context) => {
    const { page, troubles } = await open(context, "1/data");
    await rested(page);
    assert.ok(await page.locator(".badge").count() > 0);
    const both = await csv_of(page, "yearly");
    await page.getByRole("button", { name: "the exporter", exact: true }).click();
    await page.waitForTimeout(200);
    const exporter = await csv_of(page, "yearly");
    assert.ok(exporter.every((row) => row["shown_musd"] === row["exporter_reported_musd"]));
    assert.notDeepEqual(both, exporter);
    assert.deepEqual(troubles, []);
  }],

  ["a long run is cancelled", async (context) => {
    const { page } = await open(context);
    await page.waitForSelector(".grade", { timeout: 90_000 });
    await slide(page, "Share the claim needs", 0.3);
    const cancel = page.locator(".stagewide .cancel");
    await cancel.waitFor({ timeout: 10_000 });
    await cancel.click();
    await page.waitForFunction(() => !document.querySelector(".working.shown"));
    assert.equal(await page.locator(".trouble").count(), 0);
    assert.equal(await page.locator(".grade").count(), 2);
  }],

  ["speaks Russian and Kazakh, dark and light", async (context) => {
    const { page, troubles } = await open(context, kUzbekistan);
    await rested(page);
    await page.getByLabel("Language").selectOption("ru");
    assert.match(await page.locator("h1").innerText(), /ЕАЭС вступит Узбекистан/);
    await page.getByLabel("Язык").selectOption("kk");
    assert.match(await page.locator("h1").innerText(), /Өзбекстан/);
    assert.equal(await page.locator("html").getAttribute("lang"), "kk");
    await page.getByLabel("Көрінісі").selectOption("dark");
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    assert.deepEqual(troubles, []);
  }],

  ["has no accessibility violation, light and dark, desktop and phone", async (context) => {
    for (const state of ["1/claim", kUzbekistan, "1/estimate", "1/data"]) {
      for (const theme of /** @type {const} */ (["light", "dark"])) {
        for (const width of [1360, 390]) {
          const { page } = await open(context, state, { width, theme });
          await rested(page).catch(() => undefined);
          await page.evaluate(axe);
          const found = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
          assert.deepEqual(found.violations.map((/** @type {any} */ one) => `${one.id}: ${one.nodes.slice(0, 3).map((/** @type {any} */ node) => node.html).join(" | ")}`), [],
            `${state} ${theme} ${width}`);
          await page.close();
        }
      }
    }
  }],

  ["fits the screen from 320 to 1600 pixels", async (context) => {
    for (const state of ["1/claim", kUzbekistan, "1/estimate", "1/data"]) {
      for (const width of [320, 390, 768, 1024, 1600]) {
        const { page } = await open(context, state, { width });
        await rested(page).catch(() => undefined);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${state} at ${width}: ${wide}`);
        await page.close();
      }
    }
  }],

  ["a lost server is waited for, and the page goes on when it is back", async (context) => {
    const { page } = await open(context, kUzbekistan);
    await rested(page);
    await server.stop();
    await slide(page, "Trade elasticity", 4);
    await page.waitForSelector(".lost", { timeout: 10_000 });
    await server.start();
    await page.waitForSelector(".lost", { state: "detached", timeout: 30_000 });
    await rested(page);
    assert.equal(await page.locator(".trouble").count(), 0);
    assert.match(await page.locator(".numbers").innerText(), /Uzbekistan/);
  }],
];

let passed = false;
// Words of the names of the cases to run, parted by "|"; all of them where it is absent.
const only = process.env["ALTYN_ONLY"]?.split("|");
try {
  await with_browser({ viewport: { width: 1360, height: 900 } }, async (context) => {
    passed = await run_cases("workbench", cases.filter(([name]) => !only || only.some((part) => name.includes(part))).map(([name, run]) => [name, async () => {
      try {
        await run(context);
      } finally {
        for (const page of context.pages().slice(1)) await page.close();
      }
    }]), process.env["ALTYN_JUNIT"]);
  });
  if (process.env["ALTYN_SHOTS"]) await take_workbench_shots(server.address, process.env["ALTYN_SHOTS"]);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = passed ? 0 : 1;
