import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { atlas_module } from "./bundle/atlas.ts";
import { single_file } from "./bundle/single_file.ts";

const no_maps: Record<string, string> = { "d3-geo": fileURLToPath(new URL("bundle/no_maps.ts", import.meta.url)) };

/** The report. Tests see the maps of the workbench as well. */
export default defineConfig(({ command }) => ({
  plugins: [atlas_module(), single_file({ style_packages: ["@fontsource-variable/source-sans-3"] })],
  resolve: {
    alias: command === "serve" ? {} : no_maps,
  },
  build: {
    rollupOptions: { input: "report.html" },
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    target: "es2022",
  },
  test: {
    include: ["tests/**/*.test.ts"],
  },
}));
