import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { single_file } from "./bundle/single_file.ts";

export default defineConfig({
  plugins: [single_file({ style_packages: ["@fontsource-variable/source-sans-3"] })],
  resolve: {
    alias: { "d3-geo": fileURLToPath(new URL("bundle/no_maps.ts", import.meta.url)) },
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
});
