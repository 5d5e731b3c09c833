// node e2e/picture.js REPORT SELECTOR PICTURE: one part of the page as a picture, in the light theme.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { with_browser } from "./browser.js";

const [report, selector, picture] = process.argv.slice(2);
if (!report || !selector || !picture) throw new Error("usage: node e2e/picture.js REPORT SELECTOR PICTURE");
await with_browser({ viewport: { width: 1100, height: 900 }, colorScheme: "light", deviceScaleFactor: 1.5 }, async (context) => {
  const page = await context.newPage();
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(200);
  await page.locator(selector).first().screenshot({ path: picture });
});
