import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { single_file } from "./build/single_file.ts";

export default defineConfig({
  plugins: [single_file({ style_packages: ["@fontsource-variable/source-sans-3"] })],
  resolve: {
    alias: { "d3-geo": fileURLToPath(new URL("build/no_maps.ts", import.meta.url)) },
  },
  build: {
    rollupOptions: { input: "report.html" },
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    target: "es2022",
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.ts"],
  },
});
