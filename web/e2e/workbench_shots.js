// node e2e/workbench_shots.js ADDRESS FOLDER [NAME...]: every tab, desktop and phone, light and dark.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { with_browser } from "./browser.js";

const kScreens = { desktop: { width: 1440, height: 1000 }, phone: { width: 390, height: 844 } };
const kViews = {
  claim: "1/claim",
  scenario: "1/scenario",
  compared: "1/scenario?on=eaeu-2016&join=UZB&border=-5&beside=1&b-on=eaeu-2016&b-leave=KAZ&b-border=5",
  estimate: "1/estimate?formula=trade+~+i(year,+eaeu,+ref+%3D+2012)+%2B+eu+|+exporter^year+%2B+importer^year+%2B+exporter^importer",
  data: "1/data",
};

/**
 * @param {string} address of a running server
 * @param {string} folder
 * @param {string[]} [names] only these
 */
export async function take_workbench_shots(address, folder, names = []) {
  mkdirSync(folder, { recursive: true });
  for (const [screen, viewport] of Object.entries(kScreens)) {
    for (const theme of /** @type {const} */ (["light", "dark"])) {
      await with_browser({ viewport, colorScheme: theme }, async (context) => {
        const page = await context.newPage();
        page.on("pageerror", (error) => console.error(`${screen} ${theme}: ${error.stack}`));
        page.on("console", (message) => message.type() === "error" && console.error(`${screen} ${theme}: ${message.text()}`));
        for (const [view, state] of Object.entries(kViews)) {
          const name = `${view}-${screen}-${theme}`;
          if (names.length && !names.some((one) => name.startsWith(one))) continue;
          await page.goto("about:blank");
          await page.goto(`${address}#${state}`);
          await page.waitForSelector(".stage > svg", { timeout: 20_000 });
          await page.evaluate(() => document.fonts.ready);
          await page.waitForFunction(() => !document.querySelector(".working.shown") && !document.querySelector(".old"), null, { timeout: 30_000 });
          await page.waitForTimeout(900);
          await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        }
      });
    }
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [address, folder, ...names] = process.argv.slice(2);
  if (!address || !folder) throw new Error("usage: node e2e/workbench_shots.js ADDRESS FOLDER [NAME...]");
  await take_workbench_shots(address, folder, names);
}
