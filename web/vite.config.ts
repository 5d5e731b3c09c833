import { defineConfig } from "vitest/config";
import { base_map_data } from "./bundle/base_map_data.ts";
import { single_file } from "./bundle/single_file.ts";

export default defineConfig({
  plugins: [base_map_data(), single_file({ style_packages: ["@fontsource-variable/source-sans-3"] })],
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
