#include "altyn/estimation/table_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace altyn::estimation {
namespace {

using Kind = TableRow::Kind;

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string spaces(std::size_t count) { return std::string(count, ' '); }
std::string padded_right(const std::string& text, std::size_t width) {
  return text + spaces(width - std::min(width, width_of(text)));
}
std::string padded_left(const std::string& text, std::size_t width) {
  return spaces(width - std::min(width, width_of(text))) + text;
}

/// Replaces characters by the texts of a table; control characters become spaces.
template <class Replacements>
std::string replaced(const std::string& text, const Replacements& replacements) {
  std::string result;
  for (const char c : text) {
    std::string_view with;
    bool found = false;
    for (const auto& [from, to] : replacements) {
      if (from == c) {
        with = to;
        found = true;
      }
    }
    if (found) {
      result += with;
    } else {
      result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

struct Replacement {
  char from;
  std::string_view to;
};

std::string escape_markdown(const std::string& text) {
  static constexpr Replacement kTable[] = {
      {'|', "\\|"},  {'*', "\\*"}, {'_', "\\_"}, {'`', "\\`"}, {'\\', "\\\\"},
      {'<', "&lt;"}, {'[', "\\["}, {']', "\\]"}, {'~', "\\~"}, {'$', "\\$"}};
  return replaced(text, kTable);
}

std::string escape_latex(const std::string& text) {
  static constexpr Replacement kTable[] = {{'\\', "\\textbackslash{}"},
                                           {'{', "\\{"},
                                           {'}', "\\}"},
                                           {'$', "\\$"},
                                           {'&', "\\&"},
                                           {'#', "\\#"},
                                           {'%', "\\%"},
                                           {'_', "\\_"},
                                           {'^', "\\textasciicircum{}"},
                                           {'~', "\\textasciitilde{}"},
                                           {'<', "\\textless{}"},
                                           {'>', "\\textgreater{}"},
                                           {'|', "\\textbar{}"},
                                           {'"', "\\textquotedbl{}"}};
  return replaced(text, kTable);
}

std::string escape_typst(const std::string& text) {
  static constexpr Replacement kTable[] = {
      {'\\', "\\\\"}, {'#', "\\#"}, {'$', "\\$"}, {'*', "\\*"}, {'_', "\\_"},  {'`', "\\`"},
      {'[', "\\["},   {']', "\\]"}, {'<', "\\<"}, {'>', "\\>"}, {'@', "\\@"},  {'~', "\\~"},
      {'/', "\\/"},   {'-', "\\-"}, {'=', "\\="}, {'+', "\\+"}, {'"', "\\\""}, {'\'', "\\'"}};
  return replaced(text, kTable);
}

/// A number's leading hyphen as the format's minus sign.
std::string with_minus(std::string text, std::string_view minus) {
  if (text.size() > 1 && text[0] == '-') return std::string(minus) + text.substr(1);
  return text;
}

}  // namespace

bool rule_above(const TableLayout& layout, std::size_t row) {
  if (row == 0) return false;
  const auto block = [](Kind kind) { return kind == Kind::kError ? Kind::kCoefficient : kind; };
  return block(layout.rows[row - 1].kind) != block(layout.rows[row].kind);
}

std::string escape_xml(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') result += c;
    }
  }
  return result;
}

std::string to_text(const TableLayout& layout) {
  const std::size_t n = layout.headers.size();
  std::size_t label_width = 0;
  std::vector<std::size_t> widths(n, 8);
  std::vector<std::size_t> star_widths(n, 0);
  for (const TableRow& row : layout.rows) {
    label_width = std::max(label_width, width_of(row.label));
    for (std::size_t m = 0; m < n; ++m) {
      star_widths[m] = std::max(star_widths[m], row.cells[m].stars.size());
    }
  }
  for (std::size_t m = 0; m < n; ++m) {
    widths[m] = std::max({widths[m], width_of(layout.headers[m]), width_of(layout.subheaders[m])});
    for (const TableRow& row : layout.rows) {
      widths[m] = std::max(widths[m], width_of(row.cells[m].text));
    }
  }
  std::size_t total = label_width;
  for (std::size_t m = 0; m < n; ++m) total += 2 + widths[m] + star_widths[m];
  const std::string rule(total, '-');
  std::string text = layout.title.empty() ? "" : layout.title + "\n";
  const auto add_line = [&](std::string line) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  };
  const auto add_heads = [&](const std::vector<std::string>& heads) {
    std::string line = spaces(label_width);
    for (std::size_t m = 0; m < n; ++m) {
      line += "  " + padded_left(heads[m], widths[m]) + spaces(star_widths[m]);
    }
    add_line(line);
  };
  text += rule + "\n";
  add_heads(layout.headers);
  add_heads(layout.subheaders);
  text += rule + "\n";
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    const TableRow& row = layout.rows[r];
    if (rule_above(layout, r)) text += rule + "\n";
    std::string line = padded_right(row.label, label_width);
    for (std::size_t m = 0; m < n; ++m) {
      line += "  " + padded_left(row.cells[m].text, widths[m]) +
              padded_right(row.cells[m].stars, star_widths[m]);
    }
    add_line(line);
  }
  text += rule + "\n";
  for (const std::string& note : layout.notes) text += note + "\n";
  return text;
}

std::string to_markdown(const TableLayout& layout) {
  std::string text =
      layout.title.empty() ? "" : fmt::format("**{}**\n\n", escape_markdown(layout.title));
  const auto add_row = [&](const std::string& label, const std::vector<std::string>& cells) {
    text += "| " + label + " |";
    for (const std::string& cell : cells) text += " " + cell + " |";
    text += "\n";
  };
  std::vector<std::string> heads;
  std::vector<std::string> rules;
  for (std::size_t m = 0; m < layout.headers.size(); ++m) {
    heads.push_back(fmt::format("{} {}", escape_markdown(layout.headers[m]),
                                escape_markdown(layout.subheaders[m])));
    rules.emplace_back("---:");
  }
  add_row("", heads);
  add_row(":---", rules);
  for (const TableRow& row : layout.rows) {
    std::vector<std::string> cells;
    for (const TableCell& cell : row.cells) {
      cells.push_back(escape_markdown(cell.text) + escape_markdown(cell.stars));
    }
    add_row(escape_markdown(row.label), cells);
  }
  text += "\n";
  for (const std::string& note : layout.notes) text += escape_markdown(note) + "\n\n";
  return text;
}

std::string to_html(const TableLayout& layout) {
  std::string text = "<table class=\"regression\">\n";
  if (!layout.title.empty()) {
    text += fmt::format("<caption>{}</caption>\n", escape_xml(layout.title));
  }
  text += "<thead>\n<tr><th></th>";
  for (const std::string& head : layout.headers) {
    text += fmt::format("<th scope=\"col\">{}</th>", escape_xml(head));
  }
  text += "</tr>\n<tr><th></th>";
  for (const std::string& head : layout.subheaders) {
    text += fmt::format("<th scope=\"col\">{}</th>", escape_xml(head));
  }
  text += "</tr>\n</thead>\n<tbody>\n";
  static constexpr std::string_view kClasses[] = {"coefficient", "error", "effect", "statistic"};
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    const TableRow& row = layout.rows[r];
    text += fmt::format("<tr class=\"{}{}\"><th scope=\"row\">{}</th>",
                        kClasses[static_cast<std::size_t>(row.kind)],
                        rule_above(layout, r) ? " rule" : "", escape_xml(row.label));
    for (const TableCell& cell : row.cells) {
      text += "<td>" + escape_xml(with_minus(cell.text, "\u2212"));
      if (!cell.stars.empty()) text += fmt::format("<sup>{}</sup>", cell.stars);
      text += "</td>";
    }
    text += "</tr>\n";
  }
  text += fmt::format("</tbody>\n<tfoot>\n<tr><td colspan=\"{}\">", layout.headers.size() + 1);
  for (const std::string& note : layout.notes) text += fmt::format("<p>{}</p>", escape_xml(note));
  return text + "</td></tr>\n</tfoot>\n</table>\n";
}

std::string to_latex(const TableLayout& layout) {
  const std::size_t n = layout.headers.size();
  std::string text =
      "% needs \\usepackage{booktabs,threeparttable} and \\usepackage[T1]{fontenc}\n"
      "\\begin{table}[htbp]\n\\centering\n";
  if (!layout.title.empty()) text += fmt::format("\\caption{{{}}}\n", escape_latex(layout.title));
  text += fmt::format("\\begin{{threeparttable}}\n\\begin{{tabular}}{{l{}}}\n\\toprule\n",
                      std::string(n, 'c'));
  for (const auto* heads : {&layout.headers, &layout.subheaders}) {
    for (const std::string& head : *heads) text += " & " + escape_latex(head);
    text += " \\\\\n";
  }
  text += "\\midrule\n";
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    const TableRow& row = layout.rows[r];
    if (rule_above(layout, r)) text += "\\midrule\n";
    text += escape_latex(row.label);
    for (const TableCell& cell : row.cells) {
      text += " & " + with_minus(escape_latex(cell.text), "$-$");
      if (!cell.stars.empty()) text += fmt::format("$^{{{}}}$", cell.stars);
    }
    text += " \\\\\n";
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  if (!layout.notes.empty()) {
    text += "\\begin{tablenotes}\n\\footnotesize\n";
    for (const std::string& note : layout.notes) {
      text += fmt::format("\\item {}\n", escape_latex(note));
    }
    text += "\\end{tablenotes}\n";
  }
  return text + "\\end{threeparttable}\n\\end{table}\n";
}

std::string to_typst(const TableLayout& layout) {
  const std::size_t n = layout.headers.size();
  std::string text = fmt::format(
      "#figure(\n  table(\n    columns: {},\n    align: (left, {}),\n    stroke: none,\n"
      "    table.hline(),\n",
      n + 1, fmt::join(std::vector<std::string>(n, "center"), ", "));
  const auto add_row = [&](const std::vector<std::string>& cells) {
    text += "    ";
    for (const std::string& cell : cells) text += fmt::format("[{}], ", cell);
    text += "\n";
  };
  for (const auto* heads : {&layout.headers, &layout.subheaders}) {
    std::vector<std::string> cells = {""};
    for (const std::string& head : *heads) cells.push_back(escape_typst(head));
    add_row(cells);
  }
  text += "    table.hline(stroke: 0.5pt),\n";
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    const TableRow& row = layout.rows[r];
    if (rule_above(layout, r)) text += "    table.hline(stroke: 0.5pt),\n";
    std::vector<std::string> cells = {escape_typst(row.label)};
    for (const TableCell& cell : row.cells) {
      std::string shown = with_minus(escape_typst(cell.text), "\\-");
      if (!cell.stars.empty()) shown += fmt::format("#super[{}]", escape_typst(cell.stars));
      cells.push_back(std::move(shown));
    }
    add_row(cells);
  }
  text += "    table.hline(),\n";
  for (const std::string& note : layout.notes) {
    text += fmt::format("    table.cell(colspan: {}, align: left)[#text(size: 0.8em)[{}]],\n",
                        n + 1, escape_typst(note));
  }
  text += "  ),\n";
  if (!layout.title.empty()) text += fmt::format("  caption: [{}],\n", escape_typst(layout.title));
  return text + ")\n";
}

}  // namespace altyn::estimation
