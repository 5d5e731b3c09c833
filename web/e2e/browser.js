import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const kFlags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/**
 * Opens Debian's Chromium with an empty profile, hands it to `use` and closes it.
 * @param {import("playwright-core").BrowserContextOptions & { viewport: { width: number, height: number } }} options
 * @param {(context: import("playwright-core").BrowserContext) => Promise<void>} use
 * @param {string[]} flags besides the usual ones
 */
export async function with_browser(options, use, flags = []) {
  const profile = mkdtempSync(join(tmpdir(), "altyn-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["ALTYN_CHROMIUM"] ?? "/usr/bin/chromium", args: [...kFlags, ...flags], acceptDownloads: true, ...options,
  });
  try {
    await use(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
