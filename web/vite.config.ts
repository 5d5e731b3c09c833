import { defineConfig } from "vitest/config";
import { atlas_module } from "./bundle/atlas.ts";
import { base_map_data } from "./bundle/base_map_data.ts";
import { single_file } from "./bundle/single_file.ts";

/** The report. Tests see the maps of the workbench as well. */
export default defineConfig({
  plugins: [atlas_module(), base_map_data(), single_file({ style_packages: ["@fontsource-variable/source-sans-3"] })],
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
});
