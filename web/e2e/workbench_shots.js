// node e2e/workbench_shots.js ADDRESS FOLDER [NAME...]: every tab, desktop and phone, light and dark.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { with_browser } from "./browser.js";

const kScreens = { desktop: { width: 1440, height: 1000 }, phone: { width: 390, height: 844 } };
export const kViews = {
  claim: "1/claim",
  scenario: "1/scenario?on=eaeu-2016&join=UZB&border=-5",
  compared: "1/scenario?on=eaeu-2016&join=UZB&border=-5&beside=1&b-on=eaeu-2016&b-leave=KAZ&b-border=5",
  sectors: "1/scenario?on=three-economies-union&trade=three-economies-trade&rules=North>South>services:c-5&show=exports",
  estimate: "1/estimate?formula=trade+~+i(year,+eaeu,+ref+%3D+2012)+%2B+eu+|+exporter^year+%2B+importer^year+%2B+exporter^importer",
  data: "1/data",
  share: "1/regions",
  altai: "1/regions?regions=altai",
};

/**
 * @param {string} address of a running server
 * @param {string} folder
 * @param {string[]} [names] only these
 * @param {string} [page_file] in place of the page of the server
 */
export async function take_workbench_shots(address, folder, names = [], page_file) {
  mkdirSync(folder, { recursive: true });
  for (const [screen, viewport] of Object.entries(kScreens)) {
    for (const theme of /** @type {const} */ (["light", "dark"])) {
      const wanted = Object.entries(kViews).filter(([view]) => !names.length || names.some((one) => `${view}-${screen}-${theme}`.startsWith(one)));
      if (!wanted.length) continue;
      await with_browser({ viewport, colorScheme: theme }, async (context) => {
        if (page_file) await context.route(address, (route) => route.fulfill({ path: page_file, contentType: "text/html" }));
        context.setDefaultTimeout(120_000);
        const page = await context.newPage();
        page.on("pageerror", (error) => console.error(`${screen} ${theme}: ${error.stack}`));
        page.on("console", (message) => message.type() === "error" && console.error(`${screen} ${theme}: ${message.text()}`));
        for (const [view, state] of wanted) {
          await page.goto("about:blank");
          await page.goto(`${address}#${state}`);
          await page.waitForSelector(".stage > svg, #figure-coefficients");
          await page.evaluate(() => document.fonts.ready);
          await page.waitForFunction(() => document.querySelector("[aria-busy=true], .working.shown, .old, [data-drawn='not yet']") === null);
          // A figure out of sight is drawn when it comes into view.
          await page.evaluate(async () => {
            for (let y = 0; y < document.body.scrollHeight; y += 600) {
              scrollTo(0, y);
              await new Promise((done) => setTimeout(done, 40));
            }
            scrollTo(0, 0);
          });
          await page.waitForTimeout(300);
          const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), screen === "phone" ? 2200 : 1700);
          await page.screenshot({ path: join(folder, `${view}-${screen}-${theme}.png`), fullPage: true, clip: { x: 0, y: 0, width: viewport.width, height } });
        }
      });
    }
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [address, folder, ...names] = process.argv.slice(2);
  if (!address || !folder) throw new Error("usage: node e2e/workbench_shots.js ADDRESS FOLDER [NAME...]");
  await take_workbench_shots(address, folder, names, process.env["ALTYN_PAGE"]);
}
