#pragma once

#include <fmt/format.h>
#include <zip.h>

#include <string>
#include <vector>

namespace altyn::data {

/// A small world in the layouts of the published tables: 3 economies, 2 sectors, numbers of our own
/// that add up exactly.
struct SmallIo {
  static constexpr std::size_t kN = 3, kS = 2, kI = 6;
  std::vector<std::string> economies = {"RUS", "KAZ", "ROW"};
  double z[kI][kI] = {{20, 30, 1, 2, 3, 4}, {25, 40, 2, 3, 5, 6}, {1, 2, 5, 8, 2, 1},
                      {2, 1, 6, 9, 1, 2},   {4, 6, 1, 3, 90, 80}, {5, 7, 2, 4, 70, 120}};
  double f[kI][kN] = {{60, 4, 10}, {90, 5, 12}, {3, 25, 4}, {2, 30, 3}, {9, 3, 300}, {11, 6, 400}};
  double inventories[kI][kN] = {{2, 0, 0}, {-3, 0, 0}, {0, 1, 0}, {0, 0, 0}, {0, 0, -5}, {0, 0, 4}};
  double taxes[kI] = {1, 2, 0.5, 0.5, 3, 4};

  [[nodiscard]] double output(std::size_t i) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < kI; ++k) sum += z[i][k];
    for (std::size_t e = 0; e < kN; ++e) sum += f[i][e] + inventories[i][e];
    return sum;
  }
  [[nodiscard]] double value_added(std::size_t i) const {
    double rest = output(i) - taxes[i];
    for (std::size_t k = 0; k < kI; ++k) rest -= z[k][i];
    return rest;
  }

  using Cells = std::vector<std::vector<std::string>>;

  /// Numbers of a row: industries, then uses of each economy, `n_uses` of them, the first of which
  /// is consumption and the last inventories; then the total.
  void add_numbers(std::vector<std::string>& row, std::size_t i, std::size_t n_uses) const {
    for (std::size_t k = 0; k < kI; ++k) row.push_back(fmt::format("{}", z[i][k]));
    for (std::size_t e = 0; e < kN; ++e) {
      for (std::size_t use = 0; use < n_uses; ++use) {
        const double value = use == 0 ? f[i][e] : use + 1 == n_uses ? inventories[i][e] : 0.0;
        row.push_back(fmt::format("{}", value));
      }
    }
    row.push_back(fmt::format("{}", output(i)));
  }
  template <class Value>
  static void add_costs(std::vector<std::string>& row, const Value& value, std::size_t n_uses) {
    for (std::size_t i = 0; i < kI; ++i) row.push_back(fmt::format("{}", value(i)));
    row.resize(row.size() + kN * n_uses + 1, "0");
  }

  [[nodiscard]] Cells icio() const {
    Cells cells = {{"V1"}};
    for (const std::string& e : economies) {
      for (const char* s : {"01T02", "03"}) cells[0].push_back(e + "_" + s);
    }
    for (const std::string& e : economies) {
      for (const char* use : {"HFCE", "NPISH", "GGFC", "GFCF", "INVNT"}) {
        cells[0].push_back(e + "_" + use);
      }
    }
    cells[0].push_back("OUT");
    for (std::size_t i = 0; i < kI; ++i) {
      cells.push_back({economies[i / kS] + (i % kS == 0 ? "_01T02" : "_03")});
      add_numbers(cells.back(), i, 5);
    }
    cells.push_back({"TLS"});
    add_costs(cells.back(), [&](std::size_t i) { return taxes[i]; }, 5);
    cells.push_back({"VA"});
    add_costs(cells.back(), [&](std::size_t i) { return value_added(i); }, 5);
    cells.push_back({"OUT"});
    add_costs(cells.back(), [&](std::size_t i) { return output(i); }, 5);
    return cells;
  }

  [[nodiscard]] Cells wiod2016() const {
    Cells cells = {{"IndustryCode", "IndustryDescription", "Country", "RNr", "Year"}};
    for (const std::string& e : economies) {
      for (const int k : {1, 2}) cells[0].push_back(fmt::format("{}{}", e, k));
    }
    for (const std::string& e : economies) {
      for (const int k : {57, 58, 59, 60, 61}) cells[0].push_back(fmt::format("{}{}", e, k));
    }
    cells[0].push_back("TOT");
    for (std::size_t i = 0; i < kI; ++i) {
      cells.push_back({i % kS == 0 ? "A01" : "A02", i % kS == 0 ? "Crops, animals" : "Forestry",
                       economies[i / kS], fmt::format("{}", i % kS + 1), "2014"});
      add_numbers(cells.back(), i, 5);
    }
    const auto add = [&](const char* code, const char* name, int number, const auto& value) {
      cells.push_back({code, name, "TOT", fmt::format("{}", number), "2014"});
      add_costs(cells.back(), value, 5);
    };
    const auto none = [](std::size_t) { return 0.0; };
    add("II_fob", "Total intermediate consumption", 65,
        [&](std::size_t i) { return output(i) - taxes[i] - value_added(i); });
    add("TXSP", "taxes less subsidies on products", 66, [&](std::size_t i) { return taxes[i]; });
    add("EXP_adj", "Cif/ fob adjustments on exports", 67, none);
    add("PURR", "Direct purchases abroad by residents", 68, none);
    add("PURNR", "Purchases on the domestic territory by non-residents ", 69, none);
    add("VA", "Value added at basic prices", 70,
        [&](std::size_t i) { return value_added(i) - 0.25; });
    add("IntTTM", "International Transport Margins", 71, [](std::size_t) { return 0.25; });
    add("GO", "Output at basic prices", 73, [&](std::size_t i) { return output(i); });
    return cells;
  }

  /// The sheet with four lines of headers; codes of uses as given.
  [[nodiscard]] Cells sheet(const char* title, const std::vector<std::string>& codes,
                            const std::vector<std::string>& uses) const {
    Cells cells = {{title},
                   {},
                   {"(industry-by-industry)"},
                   {"", "(millions of US$)", "", ""},
                   {"", "", "", ""},
                   {"", "", "", ""}};
    for (std::size_t i = 0; i < kI; ++i) {
      cells[3].push_back(i % kS == 0 ? "Agriculture" : "Mining, oil; gas");
      cells[4].push_back(codes[i / kS]);
      cells[5].push_back(i % kS == 0 ? "c1" : "c2");
    }
    for (std::size_t e = 0; e < kN; ++e) {
      for (const std::string& use : uses) {
        cells[3].push_back("Final use");
        cells[4].push_back(codes[e]);
        cells[5].push_back(use);
      }
    }
    cells[3].push_back("Total");
    cells[4].push_back("TOT");
    cells[5].push_back("c60");
    for (std::size_t i = 0; i < kI; ++i) {
      cells.push_back(
          {i % kS == 0 ? "AtB" : "C", "name", codes[i / kS], i % kS == 0 ? "c1" : "c2"});
      add_numbers(cells.back(), i, uses.size());
    }
    const auto add = [&](const char* name, const char* code, const auto& value) {
      cells.push_back({"", name, "TOT", code});
      add_costs(cells.back(), value, uses.size());
    };
    add("Total intermediate consumption", "r60",
        [&](std::size_t i) { return output(i) - taxes[i] - value_added(i); });
    add("taxes less subsidies on products", "r99", [&](std::size_t i) { return taxes[i]; });
    add("Value added at basic prices", "r64", [&](std::size_t i) { return value_added(i) - 0.25; });
    add("International Transport Margins", "r65", [](std::size_t) { return 0.25; });
    add("Output at basic prices", "r69", [&](std::size_t i) { return output(i); });
    return cells;
  }

  static std::string text(const Cells& cells, char delimiter = ',') {
    std::string result;
    for (const std::vector<std::string>& row : cells) {
      for (std::size_t k = 0; k < row.size(); ++k) {
        if (k > 0) result += delimiter;
        const bool quote = row[k].find_first_of(",;") != std::string::npos;
        result += quote ? "\"" + row[k] + "\"" : row[k];
      }
      result += "\n";
    }
    return result;
  }

  /// A workbook with a small note sheet before the table; every other text is a shared one.
  static void write_workbook(const std::string& path, const Cells& cells) {
    std::string shared, rows;
    std::size_t n_shared = 0;
    for (std::size_t r = 0; r < cells.size(); ++r) {
      if (cells[r].empty()) continue;
      rows += fmt::format("<row r=\"{}\">", r + 1);
      for (std::size_t c = 0; c < cells[r].size(); ++c) {
        const std::string& value = cells[r][c];
        std::string column;
        for (std::size_t k = c + 1; k > 0; k = (k - 1) / 26) {
          column.insert(column.begin(), static_cast<char>('A' + (k - 1) % 26));
        }
        const std::string place = fmt::format("{}{}", column, r + 1);
        const bool number =
            !value.empty() && value.find_first_not_of("-0123456789.e") == std::string::npos;
        if (value.empty()) {
          rows += fmt::format("<c r=\"{}\" s=\"1\"/>", place);
        } else if (number) {
          rows += fmt::format("<c r=\"{}\"><v>{}</v></c>", place, value);
        } else if (c % 2 == 0) {
          shared += fmt::format("<si><t>{}</t></si>", value);
          rows += fmt::format("<c r=\"{}\" t=\"s\"><v>{}</v></c>", place, n_shared++);
        } else {
          rows += fmt::format("<c r=\"{}\" t=\"inlineStr\"><is><t>{}</t></is></c>", place, value);
        }
      }
      rows += "</row>";
    }
    const std::string entries[][2] = {
        {"xl/workbook.xml",
         "<?xml version=\"1.0\"?><workbook><sheets><sheet name=\"Notes\" sheetId=\"1\" "
         "r:id=\"rId1\"/><sheet name=\"Table &amp; all\" sheetId=\"2\" r:id=\"rId2\"/></sheets>"
         "</workbook>"},
        {"xl/_rels/workbook.xml.rels",
         "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/>"
         "<Relationship Id=\"rId2\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>"},
        {"xl/sharedStrings.xml", "<sst>" + shared + "</sst>"},
        {"xl/worksheets/sheet1.xml",
         "<worksheet><sheetData><row r=\"1\"><c "
         "r=\"A1\"><v>1</v></c></row></sheetData></worksheet>"},
        {"xl/worksheets/sheet2.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}};
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    for (const auto& entry : entries) {
      zip_file_add(archive, entry[0].c_str(),
                   zip_source_buffer(archive, entry[1].data(), entry[1].size(), 0), 0);
    }
    zip_close(archive);
  }
};

}  // namespace altyn::data
