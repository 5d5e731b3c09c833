import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/**
 * What the page may do: run the one script whose digest stands here, and speak to nobody, or only
 * to the server that it came from.
 */
function content_policy(script: string, connects: boolean): string {
  const digest = createHash("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${digest}'`,
    "style-src 'unsafe-inline'",
    "font-src data:",
    "img-src data: blob:",
    ...(connects ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** The package folder that holds a file under node_modules. */
function package_folder(file: string): string {
  let folder = dirname(file.replace(/[?\0].*$/, ""));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** Name, version, licence and copyright line of every package in the file, then the licence texts. */
function notices(folders: Set<string>): string {
  const texts = new Map<string, string>();
  const lines = [...folders].map((folder) => {
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; version: string; license: string };
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const licence = file ? readFileSync(join(folder, file), "utf8") : "";
    const copyright = /^.*copyright (?:\(c\)|©|\d).*$/im.exec(licence)?.[0].trim() ?? "";
    const permission = /^(?:Permission|Redistribution)[^]*$/m.exec(licence)?.[0].trim();
    if (permission && /^(ISC|MIT|BSD)/.test(about.license)) texts.set(about.license, permission);
    return `${about.name} ${about.version}, ${about.license}${copyright ? `. ${copyright}` : ""}`;
  });
  return [...lines.sort(), ...[...texts].map(([name, text]) => `\n${name}:\n${text}`)].join("\n").replaceAll("--", "- -");
}

/**
 * Folds the page's script and style into its one HTML file and drops every other output.
 * `style_packages` are those that only the style sheets draw on (fonts).
 */
export function single_file({ style_packages, connects = false }: { style_packages: string[]; connects?: boolean }): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = Object.values(bundle).find((one) => one.type === "asset" && one.fileName.endsWith(".html"));
      if (page?.type !== "asset") throw new Error("the build made no HTML page");
      let script = "";
      let style = "";
      const packages = new Set(style_packages.map((name) => join(import.meta.dirname, "../node_modules", name)));
      for (const [name, one] of Object.entries(bundle)) {
        if (one === page) continue;
        if (one.type === "chunk") {
          script += one.code;
          for (const [file, part] of Object.entries(one.modules)) {
            if (part.renderedLength && file.includes("/node_modules/")) packages.add(package_folder(file));
          }
        }
        else if (name.endsWith(".css")) style += String(one.source);
        else throw new Error(`${name} is not inlined`);
        delete bundle[name];
      }
      script = script.trim().replaceAll("</script", "<\\/script");
      page.source = String(page.source)
        .replace(/<script type="module"[^>]*><\/script>\s*/, "")
        .replace(/<link rel="stylesheet"[^>]*>\s*/, "")
        .replace(/<meta charset="utf-8">/, (charset) =>
          `${charset}\n<meta http-equiv="Content-Security-Policy" content="${content_policy(script, connects)}">`)
        .replace("</head>", () => `<style>${style.trim()}</style>\n</head>`)
        .replace("</body>", () => `<script type="module">${script}</script>\n</body>`)
        .replace("<html", () => `<!-- Contains:\n${notices(packages)}\n-->\n<html`);
    },
  };
}
