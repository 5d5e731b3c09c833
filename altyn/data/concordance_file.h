#pragma once

#include <string>
#include <vector>

#include "altyn/data/table.h"

namespace altyn::data {

/// A concordance as convert_codes() takes it, and the nomenclatures that it links.
struct ConcordanceFile {
  Table table;       ///< from, to and, where given, weight, first_year, last_year
  std::string from;  ///< "HS2022", "ISIC3.1"; "" where the header names none
  std::string to;
  std::vector<std::string> notes{};  ///< how the file was understood, one sentence each
};

/// Reads a concordance in the layout that its provider publishes (.csv .tsv .txt .gz .zip .xlsx
/// .xls .parquet .json):
///   United Nations Statistics Division: workbooks of two sheets, "Conversion" (each code to one)
///       and "Correlation" (all links), with titles above a header such as "HS 2012", "ex",
///       "HS 2007", "Relationship" or "From HS2022", "To HS2017"
///   WITS: CSV with "HS 1988/92 Product Code", descriptions, "ISIC Revision 3 Product Code"
///   R package concordance: HS5_6d, HS5_4d, HS5_2d, ISIC3_4d ...; the first column of each
///       nomenclature, which is the finest, is read
///   plain: columns from, to and, if need be, weight (or share), first_year, last_year; or two or
///       three columns of any names in this order
/// `sheet` is a part of a sheet's name, in any case; "" takes the one called Conversion, else the
/// largest. Codes of the Harmonised System lose dots and apostrophes and get the zero in front that
/// spreadsheets take away, as do four-digit codes of ISIC. Lines that lack a code on one side are
/// passed over and noted, as are links that stand twice in the tables of providers. Letters of a
/// file that is no UTF-8 are read as Latin-1, which codes do not need.
/// Errors (InputError): layout-mismatch with the columns there are; text-in-number; no-such-sheet;
/// those of ReadableFile and read_table().
[[nodiscard]] ConcordanceFile read_concordance(const std::string& path,
                                               const std::string& sheet = "");

/// The links the other way round. Errors: InputError "one-way-weights" where the file has weights,
/// which are parts of `from`.
[[nodiscard]] ConcordanceFile reversed(ConcordanceFile file);

/// Errors: InputError "chain-does-not-fit" when a file goes on from another nomenclature than the
/// one before it ends in.
void check_chain(const std::vector<ConcordanceFile>& files);

}  // namespace altyn::data
