// node e2e/shots.js REPORT FOLDER: the whole page, desktop and phone, light and dark, and cover.png,
// the first screen of the desktop page.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { with_browser } from "./browser.js";

const kScreens = { desktop: { width: 1360, height: 1000 }, phone: { width: 390, height: 844 } };

/**
 * @param {string} report
 * @param {string} folder
 */
export async function take_shots(report, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [screen, viewport] of Object.entries(kScreens)) {
    for (const theme of /** @type {const} */ (["light", "dark"])) {
      await with_browser({ viewport, colorScheme: theme }, async (context) => {
        const page = await context.newPage();
        await page.goto(pathToFileURL(resolve(report)).href);
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(200);
        if (screen === "desktop" && theme === "light") await page.screenshot({ path: join(folder, "cover.png") });
        await page.screenshot({ path: join(folder, `${screen}-${theme}.png`), fullPage: true });
      });
    }
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [report, folder] = process.argv.slice(2);
  if (!report || !folder) throw new Error("usage: node e2e/shots.js REPORT FOLDER");
  await take_shots(report, folder);
}
