// node bench/workbench.mjs [ALTYN] [REPETITIONS]: how long the workbench takes from a slider's
// movement to the map repainted with the answer, on the bundled world of 82 economies and on a table of
// 194, and from the start of the server to the first things shown. Headless Chromium, one server, this
// machine. A display of 60 Hz shows a picture up to 16.7 ms after it is ready; so movements are timed
// twice, with and without that wait. Needs `npm ci` in web/. ALTYN_PAGE: a page in place of the
// command's own.
import { cpus, loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import { with_browser } from "../web/e2e/browser.js";
import { serve } from "../web/e2e/server.js";

const altyn = process.argv[2] ?? new URL("../build/release/bin/altyn", import.meta.url).pathname;
const repetitions = Number(process.argv[3] ?? 200);

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
const line = (name, values) => console.log(
  `${name.padEnd(52)} median ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms, n ${values.length}`);

/** Trade of made-up economies under real codes, as a reader's own table. */
function table_of(codes) {
  let seed = 1;
  const dice = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const size = codes.map(() => Math.exp(4 + 3 * (dice() - 0.5)));
  const rows = codes.flatMap((a, i) => codes.map((b, j) =>
    `${a},${b},2016,${(i === j ? 3000 * size[i] : size[i] * size[j] * (0.5 + dice())).toFixed(3)}`));
  return `exporter,importer,year,trade_musd\n${rows.join("\n")}\n`;
}

console.log(`load average ${loadavg()[0].toFixed(1)}, ${cpus().length} processors`);
const page_file = process.env["ALTYN_PAGE"];
const kScenario = "#1/scenario?on=eaeu-2016&join=UZB&border=-5";
const at_rest = (page) => page.waitForFunction(
  () => document.querySelector("#figure-map svg") && document.querySelector(".old, [data-drawn='not yet']") === null, null, { timeout: 120_000 });

async function in_place(context, address) {
  if (page_file) await context.route(address, (route) => route.fulfill({ path: page_file, contentType: "text/html" }));
}

// A picture counts once the answer to the movement is there: what is drawn before shows an old one.
const tell_answers = () => {
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => (window.answered = true));
    }
  };
};

async function open_scenario(page, address) {
  await page.addInitScript(tell_answers);
  await page.goto(`${address}${kScenario}`);
  await page.reload();
  await at_rest(page);
}

/** Movements until the page's code has been compiled. */
const kFirst = 60;

/** Times of movements of three sliders, each from its event to the end of the frame that shows its answer. */
async function move_all(page, name) {
  const tariff = ["Common external tariff", 0, 10];
  line(`${name}, the first ${kFirst} movements`, await move(page, tariff, kFirst));
  for (const slider of [tariff, ["Trade elasticity", 3, 8], ["Border cost", -10, 0]]) {
    line(`${name}, ${slider[0].toLowerCase()}`, await move(page, slider, repetitions));
  }
}

async function move(page, slider, count) {
  return page.evaluate(async ([label, low, high, count]) => {
    const slider = [...document.querySelectorAll(".slider")].find((one) => one.querySelector("label").textContent === label).querySelector("input");
    const watched = ["map", "ranked"].map((figure) => document.querySelector(`#figure-${figure} .stage`));
    const found = [];
    for (let step = 0; step < count; step += 1) {
      const painted = new Promise((done) => {
        const watch = new MutationObserver(() => {
          if (!window.answered) return;
          watch.disconnect();
          requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => done(performance.now());
            channel.port2.postMessage(0);
          });
        });
        // A movement can leave every colour as it is; then the bars and their numbers tell.
        for (const one of watched) watch.observe(one, { childList: true, subtree: true, attributes: true, characterData: true });
      });
      window.answered = false;
      const from = performance.now();
      slider.value = String(low + (high - low) * (((step + 1) * 0.37) % 1));
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      found.push((await painted) - from);
      await new Promise((done) => setTimeout(done, 12 + (step % 7)));
    }
    return found;
  }, [...slider, count]);
}

/** A reader's own table of 194 economies. */
async function bring_wide(page) {
  const codes = await page.evaluate(async () => (await (await fetch("/api/catalogue")).json()).economies.map((one) => one.code));
  const named = ["ARM", "BLR", "KAZ", "KGZ", "RUS", "UZB"];
  const wide = [...named, ...codes.filter((code) => !named.includes(code))].slice(0, 194).sort();
  await page.getByLabel("Open your own table").setInputFiles({ name: "wide.csv", mimeType: "text/csv", buffer: Buffer.from(table_of(wide)) });
  await page.waitForFunction(() => location.hash.includes("trade=wide.csv"));
  await at_rest(page);
}

const kScreen = { viewport: { width: 1360, height: 900 } };
// A page put in place of the server's own has no address of its own; it may still open a channel to it.
const kFlags = ["--disable-features=LocalNetworkAccessChecks"];
let server;
try {
  await with_browser(kScreen, async (context) => {
    const page = await context.newPage();
    const started = performance.now();
    const since_start = (name) => console.log(`${name.padEnd(52)} ${(performance.now() - started).toFixed(0)} ms`);
    server = await serve(altyn);
    since_start("start of the server to its address");
    await in_place(context, server.address);
    await page.goto(server.address, { waitUntil: "commit" });
    await page.waitForSelector(".checked h1");
    since_start("to the claim");
    await page.waitForSelector(".brush svg");
    since_start("to the series with its window");
    await page.waitForSelector(".grade");
    since_start("to the verdict");
    const html = await page.evaluate(async () => (await fetch("/")).text());
    console.log(`the page, gzipped                                    ${(gzipSync(html, { level: 9 }).length / 1000).toFixed(1)} kB`);

    await open_scenario(page, server.address);
    await move_all(page, "82 economies, 60 Hz");

    // A drag: a movement at every frame; how far apart the pictures are.
    const gaps = await page.evaluate(async () => {
      const slider = document.querySelectorAll(".slider input")[0];
      const at = [];
      const watch = new MutationObserver(() => at.push(performance.now()));  // once per picture
      // The map keeps its colours through many an answer; the bars do not.
      for (const figure of ["map", "ranked"]) {
        watch.observe(document.querySelector(`#figure-${figure} .stage`), { childList: true, subtree: true, attributes: true, characterData: true });
      }
      for (let step = 0; step < 240; step += 1) {
        slider.value = String(5 + 5 * Math.sin(step / 15));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(done));
      }
      watch.disconnect();
      return at.slice(1).map((time, place) => time - at[place]);
    });
    line("between two pictures while dragging", gaps);

    // Rest to the last of the draws.
    const draws = [];
    for (let step = 0; step < 5; step += 1) {
      draws.push(await page.evaluate(async (value) => {
        const slider = document.querySelectorAll(".slider input")[2];
        const from = performance.now();
        slider.value = String(value);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        const subtitle = document.querySelector("#figure-ranked .subtitle");
        const wait = (test) => new Promise((done) => {
          const look = () => (test() ? done() : setTimeout(look, 5));
          look();
        });
        await wait(() => !subtitle.textContent.includes("draws"));
        await wait(() => subtitle.textContent.includes("draws"));
        const first = performance.now() - from;
        await wait(() => document.querySelector("[data-drawn='all']") !== null);
        return [first, performance.now() - from];
      }, 4 + step * 0.3));
    }
    line("movement to the first intervals", draws.map(([first]) => first));
    line("movement to the intervals of all 500 draws", draws.map(([, all]) => all));

    await bring_wide(page);
    await move_all(page, "194 economies, 60 Hz");
  }, kFlags);
  await with_browser(kScreen, async (context) => {
    const page = await context.newPage();
    await in_place(context, server.address);
    await open_scenario(page, server.address);
    await move_all(page, "82 economies");
    await bring_wide(page);
    await move_all(page, "194 economies");
  }, [...kFlags, "--disable-frame-rate-limit", "--disable-gpu-vsync"]);
} finally {
  await server?.stop();
}
