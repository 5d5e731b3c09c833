import codes from "i18n-iso-countries/codes.json";
import kazakh from "i18n-iso-countries/langs/kk.json";
import type { Catalogue } from "../api/types";

const two_letters = new Map((codes as [string, string, string, string][]).map(([two, three]) => [three, two]));

/** The made-up economies of the bundled example. */
const kExample: Record<string, { ru: string; kk: string }> = {
  North: { ru: "Север", kk: "Солтүстік" }, South: { ru: "Юг", kk: "Оңтүстік" }, Island: { ru: "Остров", kk: "Арал" },
  Hills: { ru: "Холмы", kk: "Төбелер" }, Coast: { ru: "Побережье", kk: "Жағалау" },
};

/** Names by code in a language; a code without a name stands for itself. */
export function economy_namer(catalogue: Catalogue | null, language: "en" | "ru" | "kk"): (code: string) => string {
  const names = new Map<string, string>();
  for (const economy of catalogue?.economies ?? []) names.set(economy.code, language === "ru" ? economy.name_ru || economy.name : economy.name);
  if (language === "kk") {
    const listed = kazakh.countries as Record<string, string | string[]>;
    for (const code of names.keys()) {
      const name = listed[two_letters.get(code) ?? ""];
      if (name) names.set(code, Array.isArray(name) ? name[0]! : name);
    }
  }
  return (code) => names.get(code) ?? (language === "en" ? code : kExample[code]?.[language] ?? code);
}
