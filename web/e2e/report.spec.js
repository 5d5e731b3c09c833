// Opens the built report as a reader does and checks what a unit test cannot see.
// ALTYN_JUNIT: where the JUnit file goes. ALTYN_REPORT: a finished report to check besides the one
// filled with the fixture. ALTYN_SHOTS: folder for screenshots.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fill_report } from "../bundle/inline_json.js";
import { with_browser } from "./browser.js";
import { run_cases } from "./junit.js";
import { take_shots } from "./shots.js";

const web = fileURLToPath(new URL("..", import.meta.url));
const bundle = readFileSync(join(web, "dist/report.html"), "utf8");
const fixture = readFileSync(join(web, "fixtures/check.json"), "utf8");
const regions = readFileSync(join(web, "fixtures/regions.json"), "utf8");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "altyn-report-"));

/**
 * @param {string} name
 * @param {string} json
 */
function report_file(name, json) {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, fill_report(bundle, json));
  return path;
}

/** The fixture with a change made to it. @param {(result: any) => void} change */
function changed(change) {
  const result = JSON.parse(fixture);
  change(result);
  return JSON.stringify(result);
}

/**
 * Opens a report; the page fails the case on any script error, console error or request.
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} path
 * @param {{ width?: number, theme?: "light" | "dark" }} [look]
 */
async function open_report(context, path, { width = 1360, theme = "light" } = {}) {
  const page = await context.newPage();
  /** @type {string[]} */
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(`script error: ${error.stack}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) troubles.push(`request: ${request.url()}`);
  });
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(pathToFileURL(resolve(path)).href);
  await page.evaluate(() => document.fonts.ready);
  return { page, troubles };
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} selector
 */
async function download(page, selector) {
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return { name: saved.suggestedFilename(), content: readFileSync(await saved.path()) };
}

/**
 * What axe finds wrong with a page.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
async function axe_violations(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // @ts-expect-error axe is defined by the script above
    const found = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] });
    return found.violations.map((/** @type {any} */ one) =>
      `${one.impact} ${one.id}: ${one.nodes.slice(0, 3).map((/** @type {any} */ node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  });
}

/** @type {[string, import("playwright-core").BrowserContext extends infer C ? (context: C) => Promise<void> : never][]} */
const cases = [
  ["loads without an error, a warning or a request", async (context) => {
    const { page, troubles } = await open_report(context, report_file("plain", fixture));
    await page.waitForTimeout(300);
    assert.deepEqual(troubles, []);
    assert.equal(await page.title(), JSON.parse(fixture).title);
  }],

  ["is one small file without an address to load from", async () => {
    assert.ok(bundle.length < 650_000, `${bundle.length} bytes`);
    const markup = bundle.replace(/<script type="module">[^]*<\/script>/, "");
    const loaded = /<(?:script|img|iframe|object|embed)[^>]+src=|<link[^>]+href=|@import|url\((?!data:).{0,60}/.exec(markup);
    assert.equal(loaded, null);
    assert.match(bundle, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
  }],

  ["shows the verdict and every section", async (context) => {
    const { page } = await open_report(context, report_file("plain", fixture));
    for (const id of ["verdict", "glance", "number", "parts", "cause", "data", "methods", "reproduce",
      "findings", "ledgers", "certificates", "sources"]) {
      assert.ok(await page.locator(`#${id}`).isVisible(), `section ${id}`);
    }
    const result = JSON.parse(fixture);
    assert.deepEqual(await page.locator(".grade").allTextContents(), [result.verdict.number.label, result.verdict.cause.label]);
    assert.equal(await page.locator("article.line").count(), result.lines.length);
    assert.match(await page.locator("#line-L3").innerText(), /Not part of this version/);
  }],

  ["draws every chart in full: named for a screen reader, no broken number", async (context) => {
    const { page } = await open_report(context, report_file("plain", fixture));
    const charts = await page.locator(".stage > svg").all();
    assert.equal(charts.length, 16);
    for (const chart of charts) {
      assert.equal(await chart.getAttribute("role"), "img");
      assert.ok((await chart.getAttribute("aria-label"))?.includes("Chart: "));
      assert.doesNotMatch(await chart.evaluate((svg) => svg.outerHTML), /NaN|undefined|Infinity|\[object/);
    }
  }],

  ["switches between chart and table by keyboard", async (context) => {
    const { page } = await open_report(context, report_file("plain", fixture));
    const figure = page.locator("#figure-placebo");
    await figure.locator("button.toggle").focus();
    await page.keyboard.press("Enter");
    assert.ok(await figure.locator("table").isVisible());
    assert.ok(!(await figure.locator("svg").isVisible()));
    assert.equal(await figure.locator("tbody tr").count(), JSON.parse(fixture).tables.placebo.rows.length);
    assert.match(await figure.locator("tr.marked").innerText(), /Kazakhstan.*38\.4%/);
    await page.keyboard.press("Enter");
    assert.ok(await figure.locator("svg").isVisible());
  }],

  ["hands out the data as CSV and JSON, the picture as SVG and PNG", async (context) => {
    const { page, troubles } = await open_report(context, report_file("plain", fixture), { theme: "dark" });
    const table = JSON.parse(fixture).tables.placebo;
    const csv = await download(page, "#figure-placebo [data-download=csv]");
    assert.equal(csv.name, "lavrov-2017-placebo.csv");
    const lines = csv.content.toString().trim().split("\r\n");
    assert.equal(lines[0], "partner,partner_name,group,growth,log_growth,base_musd,rank");
    assert.equal(lines.length, table.rows.length + 1);
    const json = JSON.parse((await download(page, "#figure-placebo [data-download=json]")).content.toString());
    assert.deepEqual(json.rows, table.rows);
    const svg = (await download(page, "#figure-waterfall [data-download=svg]")).content.toString();
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.doesNotMatch(svg, /var\(/);
    assert.ok(svg.includes("Oil and what all partners share"), "the title goes with the picture");
    assert.ok(/<rect [^>]*fill="#fff(fff)?"/.test(svg), "the picture is in the light palette");
    const png = (await download(page, "#figure-range_bars [data-download=png]")).content;
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.ok(png.length > 30_000, `PNG of ${png.length} bytes`);
    const whole = await download(page, "[data-download=result]");
    assert.deepEqual(JSON.parse(whole.content.toString()), JSON.parse(fixture));
    assert.deepEqual(troubles, []);
  }],

  ["has no accessibility violation, light and dark, desktop and phone", async (context) => {
    for (const width of [1360, 390]) {
      for (const theme of /** @type {const} */ (["light", "dark"])) {
        const { page } = await open_report(context, report_file("plain", fixture), { width, theme });
        for (const summary of await page.locator("summary").all()) await summary.click();
        for (const toggle of (await page.locator("button.toggle").all()).slice(0, 3)) await toggle.click();
        assert.deepEqual(await axe_violations(page), [], `${width} ${theme}`);
        await page.close();
      }
    }
  }],

  ["fits the screen and keeps chart labels apart from 320 to 1360 pixels", async (context) => {
    for (const width of [320, 390, 768, 1360]) {
      const { page } = await open_report(context, report_file("plain", fixture), { width });
      await page.waitForTimeout(200);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${width}: ${overflow} pixels too wide`);
      const collisions = await page.evaluate(() => {
        const found = [];
        for (const svg of document.querySelectorAll(".stage > svg")) {
          const frame = svg.getBoundingClientRect();
          const boxes = [...svg.querySelectorAll("text")].map((text) => ({ text: text.textContent ?? "", box: text.getBoundingClientRect() }));
          const name = svg.closest("figure")?.id;
          for (const { text, box } of boxes) {
            if (box.left < frame.left - 6 || box.right > frame.right + 6) found.push(`${name}: "${text}" leaves the chart`);
          }
          for (let a = 0; a < boxes.length; a += 1) {
            for (let b = a + 1; b < boxes.length; b += 1) {
              const [one, two] = [boxes[a], boxes[b]];
              if (!one || !two) continue;
              const across = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
              const down = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top);
              if (across > 1 && down > 4) found.push(`${name}: "${one.text}" and "${two.text}"`);
            }
          }
        }
        return found;
      });
      assert.deepEqual(collisions, [], `at ${width} pixels`);
      await page.close();
    }
  }],

  ["leaves out what the result does not hold and says why a line is missing", async (context) => {
    const path = report_file("sparse", changed((result) => {
      result.tables = { number: result.tables.number, placebo: { ...result.tables.placebo, rows: [] } };
      for (const line of result.lines) Object.assign(line, { available: false, missing: "No monthly table for this pair.", share: null, tables: [], certificates: [] });
      result.ledgers = [];
      result.findings = [];
      result.sources = [];
      result.methods = [];
      result.growth = {};
      result.synthesis = { share: null };
      delete result.verdict.confidence;
      delete result.claim.address;
    }));
    const { page, troubles } = await open_report(context, path);
    assert.equal(await page.locator(".stage > svg").count(), 0);
    assert.equal(await page.locator("#glance, #parts, #methods, #data").count(), 0);
    assert.match(await page.locator("#line-L1").innerText(), /No monthly table for this pair/);
    assert.deepEqual(troubles, []);
  }],

  ["survives unknown bounds, unknown lines and unknown tables", async (context) => {
    const path = report_file("odd", changed((result) => {
      for (const row of result.tables.range_bars.rows) row[3] = row[5] = null;
      result.tables.range_bars.rows.push(["L9", "No figure", "main", null, null, null, "", ""]);
      result.tables.waterfall.rows[2][3] = null;
      result.tables.shares = { title: "A table of a later version", note: "", columns: [{ name: "a", label: "A", unit: "fraction" }], rows: [[0.5], [null]] };
      result.lines.push({ id: "L9", title: "A line of a later version", available: true, tables: ["shares", "absent"] });
    }));
    const { page, troubles } = await open_report(context, path);
    assert.match(await page.locator("#figure-shares").innerText(), /50\.0%/);
    assert.doesNotMatch(await page.locator("main").innerHTML(), /NaN|undefined/);
    assert.deepEqual(troubles, []);
  }],

  ["treats the result as text: no script in it runs, no link but to the web", async (context) => {
    const attack = "</script><script>document.title='broken in'</script><img src=x onerror=\"document.title='broken in'\"><!-- \u2028";
    const path = report_file("hostile", changed((result) => {
      result.claim.in_our_words = attack;
      result.claim.address = "javascript:document.title='broken in'";
      result.tables.placebo.rows[0][1] = attack;
    }));
    const { page, troubles } = await open_report(context, path);
    assert.equal(await page.locator(".words").textContent(), attack);
    assert.equal(await page.locator("a[href^='javascript']").count(), 0);
    assert.equal(await page.title(), JSON.parse(fixture).title);
    assert.deepEqual(troubles, []);
  }],

  ["maps a share of regions, in both languages, light and dark, desktop and phone", async (context) => {
    for (const [width, theme] of /** @type {[number, "light" | "dark"][]} */ ([[1360, "light"], [390, "dark"]])) {
      const { page, troubles } = await open_report(context, report_file("regions", regions), { width, theme });
      assert.equal(await page.locator(".stage > svg").count(), 2);
      const map = page.locator("#figure-region_pairs .stage > svg");
      assert.ok(await map.locator("circle").count() > 60);
      assert.ok(await map.locator(".place-names text", { hasText: "Moscow" }).count() > 0);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
      assert.deepEqual(await axe_violations(page), [], `${width} ${theme}`);
      await page.selectOption("select >> nth=0", "ru");
      assert.match(await page.locator("h1").innerText(), /приграничные/);
      assert.ok(await map.locator(".place-names text", { hasText: "Москва" }).count() > 0);
      assert.doesNotMatch(await page.locator("main").innerHTML(), /NaN|undefined/);
      assert.deepEqual(troubles, []);
      await page.close();
    }
  }],

  ["explains itself when the data are of another kind", async (context) => {
    const { page } = await open_report(context, report_file("other", '{"schema": "something/1"}'));
    assert.match(await page.locator("main").innerText(), /something\/1/);
  }],

  ["copies the command that repeats the run", async (context) => {
    const { page } = await open_report(context, report_file("plain", fixture));
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click("button.copy");
    await page.waitForFunction(() => document.querySelector("button.copy")?.textContent === "Copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), JSON.parse(fixture).run.command);
  }],

  ["speaks Russian on request", async (context) => {
    const { page, troubles } = await open_report(context, report_file("plain", fixture));
    await page.selectOption("select >> nth=0", "ru");
    assert.equal(await page.locator("html").getAttribute("lang"), "ru");
    assert.equal(await page.locator("#what-was-claimed").innerText(), "Что утверждалось");
    assert.match(await page.locator(".tile .value").first().innerText(), /\+38,4\s%/);
    assert.deepEqual(troubles, []);
  }],

  ["changes theme on request", async (context) => {
    const { page } = await open_report(context, report_file("plain", fixture));
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await ground(), "rgb(255, 255, 255)");
    await page.selectOption("select >> nth=1", "dark");
    assert.notEqual(await ground(), "rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.selectOption("select >> nth=1", "light");
    assert.equal(await ground(), "rgb(255, 255, 255)");
  }],

  ["prints in black on white, without buttons and with details open", async (context) => {
    const { page } = await open_report(context, report_file("plain", fixture), { theme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    assert.equal(await page.locator("button:visible").count(), 0);
    assert.equal(await page.locator("details:not([open])").count(), 0);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator("details[open]").count(), 0);
  }],
];

const finished = process.env["ALTYN_REPORT"];
if (finished) {
  cases.push(["the finished report opens without an error and draws its charts", async (context) => {
    const { page, troubles } = await open_report(context, finished);
    assert.ok(await page.locator(".grade").count() === 2);
    assert.ok(await page.locator(".stage > svg").count() > 0);
    assert.doesNotMatch(await page.locator("main").innerHTML(), /NaN|undefined/);
    assert.deepEqual(troubles, []);
  }]);
}

let passed = false;
await with_browser({ viewport: { width: 1360, height: 900 } }, async (context) => {
  passed = await run_cases("report", cases.map(([name, run]) => [name, async () => {
    try {
      await run(context);
    } finally {
      for (const page of context.pages().slice(1)) await page.close();
    }
  }]), process.env["ALTYN_JUNIT"]);
});
if (process.env["ALTYN_SHOTS"]) {
  await take_shots(finished ?? report_file("shots", fixture), process.env["ALTYN_SHOTS"]);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = passed ? 0 : 1;
