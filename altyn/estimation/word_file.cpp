#include "altyn/estimation/word_file.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace altyn::estimation {
namespace {

// ---- ZIP with stored entries (APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16)

std::uint32_t crc32(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < 256; ++n) {
      std::uint32_t c = n;
      for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1U) : c >> 1U;
      table[n] = c;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ (crc >> 8U);
  }
  return crc ^ 0xFFFFFFFFU;
}

void put16(std::string& out, std::size_t value) {
  out += static_cast<char>(value & 0xFFU);
  out += static_cast<char>(value >> 8U & 0xFFU);
}
void put32(std::string& out, std::size_t value) {
  put16(out, value & 0xFFFFU);
  put16(out, value >> 16U);
}

struct Part {
  std::string name;
  std::string content;
};

std::string zip(const std::vector<Part>& parts) {
  constexpr std::size_t kVersion = 20;
  constexpr std::size_t kFirstDay = 0x21;  // 1 January 1980, the earliest date a ZIP can hold
  std::string archive;
  std::string directory;
  for (const Part& part : parts) {
    const std::size_t offset = archive.size();
    std::string entry;  // the fields both headers share
    put16(entry, kVersion);
    put16(entry, 0);  // flags
    put16(entry, 0);  // stored
    put16(entry, 0);  // time
    put16(entry, kFirstDay);
    put32(entry, crc32(part.content));
    put32(entry, part.content.size());
    put32(entry, part.content.size());
    put16(entry, part.name.size());
    put16(entry, 0);  // extra field
    archive += "PK\x03\x04" + entry + part.name + part.content;
    directory += "PK\x01\x02";
    put16(directory, kVersion);
    directory += entry;
    put16(directory, 0);  // comment
    put16(directory, 0);  // disk
    put16(directory, 0);  // internal attributes
    put32(directory, 0);  // external attributes
    put32(directory, offset);
    directory += part.name;
  }
  const std::size_t directory_offset = archive.size();
  archive += directory + "PK\x05\x06";
  put16(archive, 0);
  put16(archive, 0);
  put16(archive, parts.size());
  put16(archive, parts.size());
  put32(archive, directory.size());
  put32(archive, directory_offset);
  put16(archive, 0);
  return archive;
}

// ---- WordprocessingML

std::string run(const std::string& text, std::string_view properties = "") {
  if (text.empty()) return "";
  return fmt::format("<w:r><w:rPr>{}</w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>", properties,
                     escape_xml(text));
}

std::string paragraph(const std::string& runs, std::string_view alignment) {
  return fmt::format(
      "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\"/><w:jc w:val=\"{}\"/></w:pPr>{}</w:p>",
      alignment, runs);
}

std::string cell(const std::string& runs, std::string_view alignment, bool rule_above,
                 bool rule_below) {
  std::string borders;
  if (rule_above) borders += "<w:top w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/>";
  if (rule_below) {
    borders += "<w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/>";
  }
  return fmt::format("<w:tc><w:tcPr><w:tcBorders>{}</w:tcBorders></w:tcPr>{}</w:tc>", borders,
                     paragraph(runs, alignment));
}

std::string heading_row(const std::vector<std::string>& heads, bool first) {
  std::string row = "<w:tr>" + cell("", "left", first, !first);
  for (const std::string& head : heads) row += cell(run(head, "<w:b/>"), "center", first, !first);
  return row + "</w:tr>";
}

std::string document(const TableLayout& layout) {
  std::string body;
  if (!layout.title.empty()) body += paragraph(run(layout.title, "<w:b/>"), "left");
  body += "<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/></w:tblPr><w:tblGrid>";
  for (std::size_t column = 0; column <= layout.headers.size(); ++column) body += "<w:gridCol/>";
  body +=
      "</w:tblGrid>" + heading_row(layout.headers, true) + heading_row(layout.subheaders, false);
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    const TableRow& row = layout.rows[r];
    const bool last = r + 1 == layout.rows.size();
    const bool rule = rule_above(layout, r);
    body += "<w:tr>" + cell(run(row.label), "left", rule, last);
    for (const TableCell& entry : row.cells) {
      std::string text = entry.text;
      if (text.size() > 1 && text[0] == '-') text = "\u2212" + text.substr(1);
      body += cell(run(text) + run(entry.stars, "<w:vertAlign w:val=\"superscript\"/>"), "center",
                   rule, last);
    }
    body += "</w:tr>";
  }
  body += "</w:tbl>";
  for (const std::string& note : layout.notes) {
    body += paragraph(run(note, "<w:sz w:val=\"18\"/>"), "left");
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
         "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
         "<w:body>" +
         body + "<w:sectPr/></w:body></w:document>";
}

}  // namespace

std::string to_word_file(const TableLayout& layout) {
  static constexpr std::string_view kTypes =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
      "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
      "<Default Extension=\"rels\" "
      "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
      "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
      "<Override PartName=\"/word/document.xml\" ContentType=\"application/"
      "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
  static constexpr std::string_view kRelations =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
      "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
      "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
      "relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";
  return zip({{"[Content_Types].xml", std::string(kTypes)},
              {"_rels/.rels", std::string(kRelations)},
              {"word/document.xml", document(layout)}});
}

}  // namespace altyn::estimation
