import { english_words, type Words } from "./en";
import { kazakh_words } from "./kk";
import { russian_words } from "./ru";

export function words_of(language: "en" | "ru" | "kk"): Words {
  return language === "ru" ? russian_words : language === "kk" ? kazakh_words : english_words;
}
