import "./style/fonts.css";
import "./style/palette.css";
import "./style/page.css";
import "./style/print.css";
import { make_locale, type LanguageCode } from "./language/locale";
import { element } from "./page/dom";
import { show_page } from "./page/page";
import { read_check_result } from "./result/check_result";

const root = document.getElementById("report")!;
const raw = document.getElementById("altyn-result")?.textContent ?? "";
try {
  const result = read_check_result(raw);
  const language: LanguageCode = result.language === "ru" || result.language === "kk" ? result.language : "en";
  show_page(root, result, raw, language);
} catch (error) {
  root.replaceChildren(element("main", { class: "broken" },
    element("h1", {}, make_locale("en").text.broken),
    element("p", {}, error instanceof Error ? error.message : String(error))));
}

// Paper shows what a click would open.
let opened: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details")].filter((one) => !one.open);
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
