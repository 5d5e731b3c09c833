// node bench/workbench.mjs [ALTYN] [REPETITIONS]: how long the workbench takes from a slider's
// movement to the repainted map, and from the start of the server to the first verdict. Headless
// Chromium, one server, this machine. Needs `npm ci` in web/.
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import { with_browser } from "../web/e2e/browser.js";
import { serve } from "../web/e2e/server.js";

const altyn = process.argv[2] ?? new URL("../build/release/bin/altyn", import.meta.url).pathname;
const repetitions = Number(process.argv[3] ?? 200);

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
const line = (name, values) => console.log(
  `${name.padEnd(52)} median ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms, n ${values.length}`);

const started = performance.now();
const server = await serve(altyn);
try {
  await with_browser({ viewport: { width: 1360, height: 900 } }, async (context) => {
    const page = await context.newPage();
    await page.goto(server.address);
    await page.waitForSelector(".grade");
    console.log(`start of the server to the first verdict             ${(performance.now() - started).toFixed(0)} ms (with the start of the browser)`);
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);
    console.log(`first contentful paint after opening the page        ${paint.toFixed(0)} ms`);
    const bytes = gzipSync(Buffer.from(await (await fetch(server.address)).arrayBuffer()), { level: 9 }).length;
    console.log(`the page, gzipped                                    ${(bytes / 1024).toFixed(0)} kB`);

    await page.goto(`${server.address}#1/scenario?on=eaeu-2016&join=UZB&border=-5`);
    await page.reload();
    await page.waitForSelector("#figure-map svg");
    await page.waitForTimeout(4000);
    for (const [name, label, low, high] of [
      ["common external tariff", "Common external tariff", 0, 10], ["trade elasticity", "Trade elasticity", 3, 8], ["border cost", "Border cost", -10, 0]]) {
      // Movement, answer, new picture, frame: the time at which that frame was on the screen.
      const times = await page.evaluate(async ([label, low, high, count]) => {
        const slider = [...document.querySelectorAll(".slider")].find((one) => one.querySelector("label").textContent === label).querySelector("input");
        const stage = document.querySelector("#figure-map .stage");
        const found = [];
        for (let step = 0; step < count; step += 1) {
          const painted = new Promise((done) => {
            const watch = new MutationObserver(() => {
              watch.disconnect();
              requestAnimationFrame(() => {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => done(performance.now());
                channel.port2.postMessage(0);
              });
            });
            watch.observe(stage, { childList: true });
          });
          const from = performance.now();
          slider.value = String(low + (high - low) * ((step * 0.37) % 1));
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          found.push((await painted) - from);
          await new Promise((done) => setTimeout(done, 12 + (step % 7)));
        }
        return found;
      }, [label, low, high, repetitions]);
      line(`slider to repaint, ${name}`, times.slice(5));
    }

    // A drag: a movement at every frame; how far apart the pictures are.
    const gaps = await page.evaluate(async () => {
      const slider = document.querySelectorAll(".slider input")[0];
      const stage = document.querySelector("#figure-map .stage");
      const at = [];
      const watch = new MutationObserver(() => at.push(performance.now()));
      watch.observe(stage, { childList: true });
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
  });
} finally {
  await server.stop();
}
