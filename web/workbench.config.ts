import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { atlas_module } from "./bundle/atlas.ts";
import { base_map_data } from "./bundle/base_map_data.ts";
import { single_file } from "./bundle/single_file.ts";

/** The workbench: one file as the report is, but with maps, and it speaks to the server it came from. */
export default defineConfig({
  plugins: [
    atlas_module(), base_map_data(), svelte(),
    single_file({ style_packages: ["@fontsource-variable/source-sans-3", "world-atlas"], connects: true }),
  ],
  build: {
    emptyOutDir: false,
    rollupOptions: { input: "workbench.html" },
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    target: "es2022",
  },
});
