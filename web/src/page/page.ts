import { make_locale, type LanguageCode } from "../language/locale";
import { read_check_result, type CheckResult } from "../result/check_result";
import { calibration_section, cause_section, glance, number_section, parts_section } from "./evidence";
import { element } from "./dom";
import { head } from "./head";
import { answer_head, answer_page } from "./answer";
import { data_section, methods_section, run_section } from "./record";
import type { View } from "./view";

const kThemes = ["auto", "light", "dark"] as const;

function choice(name: string, values: [string, string][], chosen: string, choose: (value: string) => void): HTMLElement {
  const select = element("select", {}, ...values.map(([value, label]) => element("option", { value, selected: value === chosen }, label)));
  select.addEventListener("change", () => choose(select.value));
  return element("label", {}, element("span", {}, name), select);
}

function toolbar(view: View, speak: (language: LanguageCode) => void): HTMLElement {
  const { text, code } = view.locale;
  const themes: [string, string][] = [["auto", text.theme_auto], ["light", text.theme_light], ["dark", text.theme_dark]];
  const root = document.documentElement;
  return element("header", { class: "toolbar" },
    element("p", { class: "product" }, text.product),
    element("div", { class: "choices" },
      choice(text.language, [["en", "English"], ["ru", "Русский"], ["kk", "Қазақша"]], code, (value) => speak(value as LanguageCode)),
      choice(text.theme, themes, root.dataset["theme"] ?? "auto", (value) => {
        if (kThemes.includes(value as (typeof kThemes)[number]) && value !== "auto") root.dataset["theme"] = value;
        else delete root.dataset["theme"];
      }),
      element("button", { type: "button", onclick: () => print() }, text.print)));
}

function contents(view: View, sections: HTMLElement[]): HTMLElement {
  const { text } = view.locale;
  return element("nav", { class: "contents", "aria-label": text.contents },
    element("ul", {}, ...sections.map((part) => {
      const lines = [...part.querySelectorAll("article.line")];
      return element("li", {},
        element("a", { href: `#${part.id}` }, part.querySelector("h2")?.textContent ?? ""),
        lines.length
          ? element("ul", {}, ...lines.map((line) => element("li", {},
              element("a", { href: `#${line.id}` }, line.querySelector("h3")?.textContent ?? ""))))
          : null);
    })));
}

/** Builds the whole page into `root`; called again when the reader changes the language. */
export function show_page(root: HTMLElement, result: CheckResult, raw: string, language: LanguageCode): void {
  const view: View = { result, locale: make_locale(language) };
  document.documentElement.lang = language;
  document.title = result.title;
  const own = answer_page(view);
  const answer = own ? own.sections(view)
    : [glance(view), number_section(view), parts_section(view), cause_section(view), calibration_section(view)];
  const sections = [...answer, data_section(view), methods_section(view), run_section(view, raw)]
    .filter((part) => part !== null);
  root.replaceChildren(
    element("a", { class: "skip", href: "#content" }, view.locale.text.skip_to_content),
    toolbar(view, (code) => show_page(root, read_check_result(raw, code), raw, code)),
    element("div", { class: "layout" },
      contents(view, sections),
      element("main", { id: "content", tabindex: -1 }, own ? answer_head(view, own.kind) : head(view), ...sections)),
    element("footer", {}, `${view.locale.text.product} ${result.run.version}. ${view.locale.text.footer}`));
}
