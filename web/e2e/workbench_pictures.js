// node e2e/workbench_pictures.js SHOTS FOLDER: the pictures of docs/workbench.md from the shots of
// workbench_shots.js: each screen, and all of them on one sheet in the dark and on a phone.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { with_browser } from "./browser.js";
import { kViews } from "./workbench_shots.js";

const views = Object.keys(kViews);
const kQuality = 0.72;

/**
 * @param {string} shots
 * @param {string} folder
 */
export async function make_pictures(shots, folder) {
  mkdirSync(folder, { recursive: true });
  /** @param {string} name */
  const shot = (name) => `data:image/png;base64,${readFileSync(join(shots, `${name}.png`)).toString("base64")}`;
  await with_browser({ viewport: { width: 800, height: 600 } }, async (context) => {
    const page = await context.newPage();
    /**
     * Draws pictures side by side, each cut to a height and scaled to a width, and packs them.
     * @param {string} name @param {string[]} sources @param {{ columns: number, width: number, height: number, gap: number, ground: string }} sheet
     */
    const save = async (name, sources, sheet) => {
      const packed = await page.evaluate(async ([all, { columns, width, height, gap, ground }, quality]) => {
        const canvas = document.createElement("canvas");
        const rows = Math.ceil(all.length / columns);
        canvas.width = columns * width + (columns - 1) * gap;
        canvas.height = rows * height + (rows - 1) * gap;
        const paint = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
        paint.fillStyle = ground;
        paint.fillRect(0, 0, canvas.width, canvas.height);
        paint.imageSmoothingQuality = "high";
        for (const [place, source] of all.entries()) {
          const image = new Image();
          image.src = source;
          await image.decode();
          const scale = width / image.width;
          const part = Math.min(image.height, height / scale);
          paint.drawImage(image, 0, 0, image.width, part, (place % columns) * (width + gap), Math.floor(place / columns) * (height + gap), width, part * scale);
        }
        return canvas.toDataURL("image/webp", quality);
      }, /** @type {const} */ ([sources, sheet, kQuality]));
      writeFileSync(join(folder, `${name}.webp`), Buffer.from(packed.split(",")[1] ?? "", "base64"));
    };
    for (const view of views) await save(view, [shot(`${view}-desktop-light`)], { columns: 1, width: 1200, height: 960, gap: 0, ground: "#fff" });
    await save("dark", views.map((view) => shot(`${view}-desktop-dark`)), { columns: 2, width: 640, height: 520, gap: 8, ground: "#555" });
    await save("phone", ["light", "dark"].flatMap((theme) => views.map((view) => shot(`${view}-phone-${theme}`))),
      { columns: views.length, width: 200, height: 600, gap: 8, ground: "#888" });
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [shots, folder] = process.argv.slice(2);
  if (!shots || !folder) throw new Error("usage: node e2e/workbench_pictures.js SHOTS FOLDER");
  await make_pictures(shots, folder);
}
