// The workbench against a running `altyn serve`, as a reader uses it.
// ALTYN: the command (default ../build/release/bin/altyn). ALTYN_JUNIT: where the JUnit file goes.
// ALTYN_SHOTS: folder for screenshots. ALTYN_PAGE: a page in place of the one inside the command.
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
  await page.waitForSelector(".stage > svg, #figure-coefficients");
  await page.waitForFunction(() => document.querySelector("[aria-busy=true], .working.shown, .old, [data-drawn='not yet']") === null);
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
  const [saved] = await Promise.all([page.waitForEvent("download"), page.locator(selector).first().click()]);
  return { name: saved.suggestedFilename(), content: readFileSync(await saved.path()) };
}

const kWcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

/** @param {Page} page @param {string} where @param {object} options */
async function axe_finds_nothing(page, where, options) {
  const found = await page.evaluate((given) => /** @type {any} */ (globalThis).axe.run(document, given), options);
  assert.deepEqual(found.violations.map((/** @type {any} */ one) =>
    `${one.id}: ${one.nodes.slice(0, 3).map((/** @type {any} */ node) => node.html).join(" | ")}`), [], where);
}

const kSectors = "1/scenario?on=three-economies-union&trade=three-economies-trade&rules=North>South>services:c-5";
const kUzbekistan = "1/scenario?on=eaeu-2016&join=UZB&border=-5";

/** @type {[string, (context: Context) => Promise<void>][]} */
const cases = [
  ["a first visit shows the claim, already checked", async (context) => {
    const started = performance.now();
    const { page, troubles } = await open(context);
    await page.waitForSelector(".grade");
    console.log(`       first verdict after ${Math.round(performance.now() - started)} ms`);
    assert.equal(await page.locator(".grade").count(), 2);
    assert.match(await page.locator(".checked h1").innerText(), /Russia/);
    assert.ok(await page.locator("#figure-range_bars svg").isVisible());
    assert.deepEqual(troubles, []);
  }],

  ["brushing the series moves the window, and the check follows", async (context) => {
    const { page, troubles } = await open(context);
    await page.waitForSelector(".grade");
    const brush = page.getByRole("slider", { name: /window/ });
    await brush.waitFor();
    const before = await brush.getAttribute("aria-valuetext");
    await brush.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((old) => document.querySelector(".brush svg")?.getAttribute("aria-valuetext") !== old, before);
    await page.waitForFunction(() => document.querySelector(".facts")?.textContent?.includes("March–August 2017"));
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
    await page.waitForFunction((old) => /** @type {HTMLElement} */ (document.querySelector("#revenue-total .value"))?.innerText !== old, before);
    const [was, is] = (await revenue.innerText()).split("→").map((text) => Number(text.replace(/\D/g, "")));
    assert.ok(Number(is) > Number(was) * 1.2, `${was} -> ${is}`);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction((old) => /** @type {HTMLElement} */ (document.querySelector("#revenue-total .value"))?.innerText === old, before);
    await page.getByRole("button", { name: "Redo" }).click();
    await page.waitForFunction((old) => /** @type {HTMLElement} */ (document.querySelector("#revenue-total .value"))?.innerText !== old, before);
    assert.deepEqual(troubles, []);
  }],

  ["numbers that grow while a slider moves leave the page where it is", async (context) => {
    const { page } = await open(context, kUzbekistan);
    await rested(page);
    const tops = (/** @type {string} */ value) => page.evaluate((text) => {
      for (const one of document.querySelectorAll(".numbers li:not(.money) .value")) one.textContent = text;
      return document.querySelector("#figure-map")?.getBoundingClientRect().top;
    }, value);
    for (const width of [390, 700, 1024, 1280, 1360, 1500]) {
      await page.setViewportSize({ width, height: 900 });
      assert.equal(await tops("−12.34%"), await tops("+0.01%"), `${width} pixels wide`);
    }
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
    await page.waitForSelector("#figure-coefficients");
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
    await page.waitForSelector(".grade");
    // As soon as it can be: a quick machine may be done before a click has been aimed.
    const cancelled = page.evaluate(() => new Promise((done) => {
      const look = () => {
        const cancel = document.querySelector(".stagewide .cancel");
        if (!(cancel instanceof HTMLElement)) return void setTimeout(look, 5);
        cancel.click();
        done(null);
      };
      look();
    }));
    await slide(page, "Share the claim needs", 0.3);
    await cancelled;
    await page.waitForFunction(() => !document.querySelector(".working.shown"));
    assert.equal(await page.locator(".trouble").count(), 0);
    assert.equal(await page.locator(".grade").count(), 2);
  }],

  ["speaks Russian and Kazakh, dark and light", async (context) => {
    const { page, troubles } = await open(context, kUzbekistan);
    await rested(page);
    await page.getByLabel("Language").selectOption("ru");
    assert.match(await page.locator("h1").innerText(), /ЕАЭС вступит Узбекистан/);
    // What the engine says as well: names of assumptions, errors. A figure is drawn once it is seen.
    await page.locator("#figure-assumptions").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector("#figure-assumptions")?.textContent?.includes("пограничный контроль: Узбекистан"));
    const latin = await page.locator("#figure-assumptions tbody td:first-child").allInnerTexts();
    assert.deepEqual(latin.filter((name) => /[a-z]{3}/.test(name)), []);
    await page.getByRole("button", { name: "Файл сценария" }).click();
    await page.locator(".toml textarea").fill("[scenario\nname = 1");
    await page.getByRole("button", { name: "Взять этот текст" }).click();
    await page.waitForFunction(() => document.querySelector(".toml .trouble .what")?.textContent?.startsWith("ошибка при чтении"));
    await page.getByRole("button", { name: "Файл сценария" }).click();
    await page.getByLabel("Язык").selectOption("kk");
    assert.match(await page.locator("h1").innerText(), /Өзбекстан/);
    await page.locator("#figure-assumptions").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector("#figure-assumptions")?.textContent?.includes("шекаралық бақылау: Өзбекстан"));
    assert.equal(await page.locator("html").getAttribute("lang"), "kk");
    await page.getByLabel("Көрінісі").selectOption("dark");
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    // A check's verdict, findings and titles too; sources keep their words.
    await page.getByRole("tab", { name: "Мәлімдеме" }).click();
    await page.waitForFunction(() => document.querySelector(".dial.cause .grade")?.textContent === "Расталмады");
    const sentences = (await page.locator(".dial > p, figure h3, .claimed .words").allInnerTexts()).join("\n");
    assert.match(sentences, /Ресейдің сыртқы істер министрі[^]*8\u00a0555,2 млн доллар/);
    assert.deepEqual(sentences.match(/\b(?!Brent)[A-Za-z]{4,}.*/g) ?? [], []);
    assert.deepEqual(troubles.filter((one) => !one.includes("422")), []);
  }],

  ["the share of border regions is that of the command", async (context) => {
    const { page, troubles } = await open(context, "1/regions?says=0.6");
    await page.waitForSelector("#figure-region_shares svg");
    const shown = await csv_of(page, "region_shares");
    execFileSync(altyn, ["regions", "share", "RUS:KAZ", "--says", "60", "-o", join(folder, "regions"), "-q"]);
    const { columns, rows } = JSON.parse(readFileSync(join(folder, "regions/result.json"), "utf8")).tables.region_shares;
    assert.equal(shown.length, rows.length);
    columns.forEach((/** @type {{ name: string }} */ column, /** @type {number} */ at) => {
      if (!["low", "mid", "high"].includes(column.name)) return;
      assert.deepEqual(shown.map((row) => Number(row[column.name])), rows.map((/** @type {number[]} */ row) => row[at]));
    });
    assert.ok(await page.locator("#figure-region_pairs svg").isVisible());
    await page.getByLabel("Two economies").selectOption("KAZ:KGZ");
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("Kyrgyzstan"));
    assert.deepEqual(troubles, []);
  }],

  ["a cheaper border in the Altai moves its regions, and their numbers are the command's", async (context) => {
    const { page, troubles } = await open(context, "1/regions?regions=altai&cut=-35");
    await rested(page);
    const shown = await csv_of(page, "altai_map");
    const file = join(folder, "altai.toml");
    writeFileSync(file, readFileSync(join(root, "cases/eaeu/altai-border.toml"), "utf8").replace("by_pct = -20.0", "by_pct = -35.0")
      .replace('extends = "', `extends = "${root}cases/eaeu/`));
    execFileSync(altyn, ["simulate", file, "-o", join(folder, "altai"), "-q", "--n-draws", "500"]);
    const { columns, rows } = JSON.parse(readFileSync(join(folder, "altai/result.json"), "utf8")).tables.economies;
    const at = (/** @type {string} */ name) => columns.findIndex((/** @type {{ name: string }} */ column) => column.name === name);
    assert.equal(shown.filter((row) => row["marked"] === "true").length, 6);
    for (const one of shown) {
      const told = rows.find((/** @type {string[]} */ row) => row[0] === one["economy"]);
      for (const [mine, its] of [["value", ""], ["low", "_low"], ["high", "_high"]]) {
        assert.equal(Number(one[/** @type {string} */ (mine)]), told[at(`real_income_change${its}`)], `${one["economy"]} ${mine}`);
      }
    }
    const before = shown.find((row) => row["economy"] === "MN-043");
    await slide(page, "Cost of crossing the border", -50);
    await rested(page);
    const after = (await csv_of(page, "altai_map")).find((row) => row["economy"] === "MN-043");
    assert.ok(Number(after?.["value"]) > Number(before?.["value"]));
    assert.deepEqual(troubles, []);
  }],

  ["a table of the reader's own is dropped on the page, and the scenario runs on it", async (context) => {
    const { page, troubles } = await open(context, "1/scenario?on=eaeu-2016");
    await rested(page);
    const codes = ["KAZ", "RUS", "BLR", "CHN", "DEU", "USA", "TUR", "FRA"];
    const size = (/** @type {number} */ place) => 200 + 90 * place;
    const lines = codes.flatMap((a, i) => codes.flatMap((b, j) => [2018, 2019].map((year) =>
      `${a},${b},${year},${i === j ? size(i) * 2e3 : Math.round(size(i) * size(j) / (1 + Math.abs(i - j)) * (year - 2017))}`)));
    const path = join(folder, "my flows.csv");
    writeFileSync(path, `exporter,importer,year,trade_musd\n${lines.join("\n")}\n`);
    await page.getByLabel("Open your own table").setInputFiles(path);
    await page.waitForFunction(() => location.hash.includes("trade=my_flows.csv"));
    await rested(page);
    assert.equal((await csv_of(page, "map")).length, codes.length);
    await slide(page, "Border cost", 6);
    await page.locator('#figure-map [data-code="TUR"]').click();
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("Türkiye"));
    await rested(page);
    const turkey = (await csv_of(page, "map")).find((row) => row["economy"] === "TUR");
    assert.ok(Number(turkey?.["value"]) > 0 && turkey?.["low"] !== "");
    await page.getByRole("combobox", { name: "Year", exact: true }).selectOption("2018");
    await page.waitForFunction(() => location.hash.includes("year=2018"));
    await rested(page);
    assert.notEqual((await csv_of(page, "map")).find((row) => row["economy"] === "TUR")?.["value"], turkey?.["value"]);
    const { page: other } = await open(context, page.url().split("#")[1]);
    await rested(other);
    assert.equal((await csv_of(other, "map")).length, codes.length);
    writeFileSync(path, "exporter,importer\nKAZ,RUS\n");
    await page.getByLabel("Open your own table").setInputFiles(path);
    await page.waitForSelector(".trouble .what");
    assert.deepEqual(troubles.filter((one) => !one.includes("422")), []);
  }],

  ["a world of many sectors: rules by pair and sector, and the command's numbers", async (context) => {
    const { page, troubles } = await open(context, "1/scenario?on=eaeu-2016");
    await rested(page);
    await page.getByText("Trade data").click();
    await page.getByRole("combobox", { name: "Trade data" }).selectOption("three-economies-trade");
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("North and South"));
    await rested(page);
    await page.getByRole("combobox", { name: "Start from" }).selectOption("three-economies-union");
    await rested(page);
    await page.getByRole("button", { name: "Add a rule" }).click();
    await page.getByLabel("From 1").selectOption("Island");
    await page.getByLabel("To 1").selectOption("South");
    await page.getByLabel("Sector 1").selectOption("services");
    await page.getByLabel("What changes 1").selectOption("tariff_set");
    await page.getByLabel("Percent 1").fill("7");
    await page.getByRole("button", { name: "Customs revenue", exact: true }).click();
    await rested(page);
    await page.locator("#figure-by_sector").waitFor();
    await page.getByRole("combobox", { name: "Economy" }).first().selectOption("South");
    const duties = await csv_of(page, "by_sector");
    assert.equal(Number(duties.find((row) => row["sector"] === "services")?.["before"]), 0);
    assert.ok(Number(duties.find((row) => row["sector"] === "services")?.["after"]) > 0.1);
    await page.getByRole("button", { name: "Real income", exact: true }).click();
    await page.getByRole("button", { name: "Scenario file" }).click();
    const toml = await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector(".toml textarea"))?.value || null);
    const file = join(folder, "sectors.toml");
    writeFileSync(file, String(await toml.jsonValue()));
    execFileSync(altyn, ["simulate", file, "-o", join(folder, "sectors"), "-q", "--n-draws", "500"]);
    const { columns, rows } = JSON.parse(readFileSync(join(folder, "sectors/result.json"), "utf8")).tables.economies;
    const at = (/** @type {string} */ name) => columns.findIndex((/** @type {{ name: string }} */ column) => column.name === name);
    const shown = await csv_of(page, "ranked");
    assert.equal(shown.length, rows.length);
    for (const row of rows) {
      const mine = shown.find((one) => one["economy"] === row[0]);
      for (const [name, column] of [["value", "real_income_change"], ["low", "low"], ["high", "high"]]) {
        assert.equal(Number(mine?.[/** @type {string} */ (name)]), row[at(/** @type {string} */ (column))], `${row[0]} ${name}`);
      }
    }
    // The link finds the same world, and the file brings it along.
    const { page: other } = await open(context, page.url().split("#")[1]);
    await rested(other);
    assert.deepEqual(await csv_of(other, "ranked"), shown);
    await page.getByRole("combobox", { name: "Trade data" }).selectOption("");
    await rested(page);
    await page.locator(".toml textarea").fill(readFileSync(file, "utf8"));
    await page.getByRole("button", { name: "Use this text" }).click();
    await page.waitForFunction(() => location.hash.includes("trade=three-economies-trade"));
    await rested(page);
    const numbers = (/** @type {Record<string, string>[]} */ rows) => rows.map((row) => [row["economy"], row["value"], row["low"], row["high"]]);
    assert.deepEqual(numbers(await csv_of(page, "ranked")), numbers(shown));
    assert.deepEqual(troubles, []);
  }],

  ["a table of the reader's own with sectors, and what producers use", async (context) => {
    const { page, troubles } = await open(context, "1/scenario?on=eaeu-2016");
    await rested(page);
    const codes = ["KAZ", "RUS", "CHN", "DEU"];
    const trade = codes.flatMap((a, i) => codes.flatMap((b, j) => ["grain", "tools"].map((sector, k) =>
      `${a},${b},${sector},${i === j ? 900 + 100 * i : 20 + 7 * i + 5 * j + 11 * k},${i === j ? 0 : 0.08}`)));
    const path = join(folder, "sectors.csv");
    writeFileSync(path, `exporter,importer,sector,value,tariff\n${trade.join("\n")}\n`);
    await page.getByText("Trade data").click();
    await page.getByLabel("Open your own table").setInputFiles(path);
    await page.waitForFunction(() => location.hash.includes("trade=sectors.csv"));
    await rested(page);
    const uses = join(folder, "uses.csv");
    writeFileSync(uses, `economy,input,output,value\n${codes.map((code) => `${code},grain,tools,200`).join("\n")}\n`);
    await page.getByLabel("Open your own table").setInputFiles(uses);
    await page.waitForFunction(() => location.hash.includes("inputs=uses.csv"));
    await rested(page);
    await page.getByRole("combobox", { name: "Let in" }).selectOption("CHN");
    await slide(page, "Border cost", -4);
    await rested(page);
    const map = await csv_of(page, "map");
    assert.ok(Number(map.find((row) => row["economy"] === "KAZ")?.["value"]) > 0);
    assert.ok(map.every((row) => row["low"] !== ""));
    await slide(page, "Trade elasticity", 8);
    await rested(page);
    assert.notDeepEqual(await csv_of(page, "map"), map);
    assert.deepEqual(troubles, []);
  }],

  ["has no accessibility violation and fits every screen, light and dark, from 320 to 1600 pixels", async (context) => {
    for (const state of ["1/claim", kUzbekistan, kSectors, "1/estimate", "1/data", "1/regions", "1/regions?regions=altai"]) {
      const { page } = await open(context, state);
      await rested(page);
      await page.evaluate(axe);
      for (const width of [1600, 1024, 768, 390, 320]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(60);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${state} at ${width}: ${wide}`);
        if (width === 390) await axe_finds_nothing(page, `${state} at ${width}`, { runOnly: kWcag, rules: { "color-contrast": { enabled: false } } });
        if (width !== 1600) continue;
        await axe_finds_nothing(page, `${state} at ${width}`, { runOnly: kWcag });
        // The theme changes colours alone.
        await page.emulateMedia({ colorScheme: "dark" });
        await axe_finds_nothing(page, `${state}, dark`, { runOnly: ["color-contrast"] });
      }
      await page.close();
    }
  }],

  ["a lost server is waited for, and the page goes on when it is back", async (context) => {
    const { page } = await open(context, kUzbekistan);
    await rested(page);
    await server.stop();
    await slide(page, "Trade elasticity", 4);
    await page.waitForSelector(".lost");
    await server.start();
    await page.waitForSelector(".lost", { state: "detached" });
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
    // A machine that others use as well is slow, not broken.
    context.setDefaultTimeout(120_000);
    const page = process.env["ALTYN_PAGE"];
    if (page) await context.route(server.address, (route) => route.fulfill({ path: page, contentType: "text/html" }));
    passed = await run_cases("workbench", cases.filter(([name]) => !only || only.some((part) => name.includes(part))).map(([name, run]) => [name, async () => {
      try {
        await run(context);
      } finally {
        for (const page of context.pages().slice(1)) await page.close();
      }
    }]), process.env["ALTYN_JUNIT"]);
  });
  if (process.env["ALTYN_SHOTS"]) await take_workbench_shots(server.address, process.env["ALTYN_SHOTS"], [], process.env["ALTYN_PAGE"]);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = passed ? 0 : 1;
