#include "altyn/estimation/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

constexpr std::size_t kBlock = 2048;

[[noreturn]] void fail_at(std::string code, std::string what, std::string why,
                          const data::Table& table, std::string_view source, std::size_t position,
                          std::vector<std::string> fixes = {}) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = table.source(),
                    .context = caret_lines(source, position),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

using NumberFunction = double (*)(double);

NumberFunction function_of(const std::string& name) {
  struct Row {
    std::string_view name;
    NumberFunction function;
  };
  static constexpr NumberFunction kSame = [](double x) { return x; };
  static constexpr Row kRows[] = {
      {"log", [](double x) { return std::log(x); }},
      {"log2", [](double x) { return std::log2(x); }},
      {"log10", [](double x) { return std::log10(x); }},
      {"log1p", [](double x) { return std::log1p(x); }},
      {"exp", [](double x) { return std::exp(x); }},
      {"expm1", [](double x) { return std::expm1(x); }},
      {"sqrt", [](double x) { return std::sqrt(x); }},
      {"abs", [](double x) { return std::abs(x); }},
      {"sign", [](double x) { return x > 0   ? 1.0
                                     : x < 0 ? -1.0
                                             : x; }},
      {"asinh", [](double x) { return std::asinh(x); }},
      {"floor", [](double x) { return std::floor(x); }},
      {"ceiling", [](double x) { return std::ceil(x); }},
      {"round", [](double x) { return std::nearbyint(x); }},
      {"I", kSame},
      {"min", kSame},  // of one argument
      {"max", kSame},
  };
  for (const Row& row : kRows) {
    if (row.name == name) return row.function;
  }
  ALTYN_CHECK(false, "no such function: " + name);
}

double combine(Operation operation, const std::string& name, double a, double b) {
  const auto truth = [&](bool value) {
    return std::isnan(a) || std::isnan(b) ? data::kMissing : value ? 1.0 : 0.0;
  };
  switch (operation) {
    case Operation::kAdd:
      return a + b;
    case Operation::kSubtract:
      return a - b;
    case Operation::kMultiply:
      return a * b;
    case Operation::kDivide:
      return b == 0.0 ? data::kMissing : a / b;
    case Operation::kPower:
      return std::pow(a, b);
    case Operation::kLess:
      return truth(a < b);
    case Operation::kLessEqual:
      return truth(a <= b);
    case Operation::kGreater:
      return truth(a > b);
    case Operation::kGreaterEqual:
      return truth(a >= b);
    case Operation::kEqual:
      return truth(a == b);
    case Operation::kNotEqual:
      return truth(a != b);
    case Operation::kAnd:  // false whatever the missing side is
      return a == 0.0 || b == 0.0 ? 0.0 : truth(true);
    case Operation::kOr:
      return (a != 0.0 && !std::isnan(a)) || (b != 0.0 && !std::isnan(b)) ? 1.0 : truth(false);
    default:  // min and max
      if (std::isnan(a) || std::isnan(b)) return data::kMissing;
      return name == "min" ? std::min(a, b) : std::max(a, b);
  }
}

}  // namespace

struct BoundExpression::Node {
  enum class Kind { kNumber, kColumn, kTextCompare, kUnary, kBinary, kFold };
  Kind kind = Kind::kNumber;
  Operation operation = Operation::kNumber;
  std::string name{};  // function or column
  std::string text{};  // the expression as written, for reasons
  double number = 0.0;
  NumberFunction function = nullptr;  // of kUnary
  std::span<const double> column{};
  // Text comparison: equal when left_codes[row] == (right_codes empty ? right_code : the code on
  // the left of right_codes[row]).
  std::span<const GroupId> left_codes{};
  std::span<const GroupId> right_codes{};
  std::vector<GroupId> right_in_left{};
  GroupId right_code = kNoGroup;
  std::array<std::string, 2> text_names{};
  std::vector<Node> arguments{};

  [[nodiscard]] double text_compare(std::size_t row) const {
    const GroupId left = left_codes[row];
    if (left == kNoGroup) return data::kMissing;
    GroupId right = right_code;
    if (!right_codes.empty()) {
      if (right_codes[row] == kNoGroup) return data::kMissing;
      right = right_in_left[right_codes[row]];
    }
    return (left == right) == (operation == Operation::kEqual) ? 1.0 : 0.0;
  }

  void compute(std::size_t begin, std::span<double> out) const {
    switch (kind) {
      case Kind::kNumber:
        std::fill(out.begin(), out.end(), number);
        return;
      case Kind::kColumn:
        std::copy_n(column.begin() + static_cast<std::ptrdiff_t>(begin), out.size(), out.begin());
        return;
      case Kind::kTextCompare:
        for (std::size_t k = 0; k < out.size(); ++k) out[k] = text_compare(begin + k);
        return;
      case Kind::kUnary:
        arguments[0].compute(begin, out);
        for (double& value : out) value = unary(value);
        return;
      default: {
        arguments[0].compute(begin, out);
        std::vector<double> other(out.size());
        for (std::size_t a = 1; a < arguments.size(); ++a) {
          arguments[a].compute(begin, other);
          for (std::size_t k = 0; k < out.size(); ++k) {
            out[k] = combine(operation, name, out[k], other[k]);
          }
        }
      }
    }
  }

  [[nodiscard]] double unary(double value) const {
    if (operation == Operation::kNegate) return -value;
    if (operation == Operation::kNot) {
      return std::isnan(value) ? value : value == 0.0 ? 1.0 : 0.0;
    }
    return function(value);
  }

  [[nodiscard]] double at(Index row) const {
    double value = 0.0;
    compute(static_cast<std::size_t>(row), std::span(&value, 1));
    return value;
  }

  [[nodiscard]] std::string reason(Index row) const {
    if (kind == Kind::kColumn) {
      return std::isnan(at(row)) ? name + " is missing" : name + " is infinite";
    }
    if (kind == Kind::kTextCompare) {
      const bool left = left_codes[static_cast<std::size_t>(row)] == kNoGroup;
      return text_names[left ? 0 : 1] + " is missing";
    }
    for (const Node& argument : arguments) {
      if (!std::isfinite(argument.at(row))) return argument.reason(row);
    }
    if (kind == Kind::kUnary && arguments.size() == 1) {
      const double x = arguments[0].at(row);
      const bool logarithm = name == "log" || name == "log2" || name == "log10";
      if (logarithm && x == 0.0) return fmt::format("{}: {} is zero", text, arguments[0].text);
      if ((logarithm || name == "sqrt") && x < 0.0) {
        return fmt::format("{}: {} is negative", text, arguments[0].text);
      }
    }
    if (operation == Operation::kDivide && arguments[1].at(row) == 0.0) {
      return fmt::format("{}: {} is zero", text, arguments[1].text);
    }
    return text + " is not a finite number";
  }

  static bool is_text(const Expression& expression, const data::Table& table) {
    if (expression.operation == Operation::kText) return true;
    if (expression.operation != Operation::kColumn) return false;
    const data::Column* column = table.find(expression.name);
    return column != nullptr && !column->is_number();
  }

  static Node text_comparison(const Expression& expression, const data::Table& table,
                              std::string_view source) {
    const Expression* left = &expression.arguments[0];
    const Expression* right = &expression.arguments[1];
    if (!is_text(*left, table) || !is_text(*right, table)) {
      fail_at("not-numbers", fmt::format("{} compares text with numbers", expression.to_string()),
              "they are never equal", table, source, expression.position,
              {"put the text in quotes, or compare two columns of one type"});
    }
    if (left->operation == Operation::kText) std::swap(left, right);
    if (left->operation == Operation::kText) {
      fail_at("not-numbers", "two literal texts are compared", "the answer never changes", table,
              source, expression.position);
    }
    Node node;
    node.kind = Kind::kTextCompare;
    node.operation = expression.operation;
    const data::TextColumn& left_texts = table.texts(left->name);
    node.left_codes = left_texts.codes;
    node.text_names = {left->name, right->name};
    const auto code_of = [&](const std::string& text) {
      const auto place =
          std::lower_bound(left_texts.dictionary.begin(), left_texts.dictionary.end(), text);
      return place != left_texts.dictionary.end() && *place == text
                 ? static_cast<GroupId>(place - left_texts.dictionary.begin())
                 : kNoGroup;
    };
    if (right->operation == Operation::kText) {
      node.right_code = code_of(right->name);
    } else {
      const data::TextColumn& right_texts = table.texts(right->name);
      node.right_codes = right_texts.codes;
      for (const std::string& text : right_texts.dictionary) {
        node.right_in_left.push_back(code_of(text));
      }
    }
    return node;
  }

  static Node bind(const Expression& expression, const data::Table& table,
                   std::string_view source) {
    Node node;
    switch (expression.operation) {
      case Operation::kNumber:
        node.number = expression.number;
        break;
      case Operation::kText:
        fail_at("not-numbers",
                fmt::format("\"{}\" is text where a number is needed", expression.name),
                "text can only be compared with == or !=", table, source, expression.position);
      case Operation::kColumn:
        node = bind_column(expression, table, source);
        break;
      case Operation::kEqual:
      case Operation::kNotEqual:
        if (is_text(expression.arguments[0], table) || is_text(expression.arguments[1], table)) {
          node = text_comparison(expression, table, source);
          break;
        }
        [[fallthrough]];
      default:
        node.kind = expression.arguments.size() == 1               ? Kind::kUnary
                    : expression.operation == Operation::kFunction ? Kind::kFold
                                                                   : Kind::kBinary;
        node.operation = expression.operation;
        node.name = expression.name;
        if (node.kind == Kind::kUnary && node.operation == Operation::kFunction) {
          node.function = function_of(node.name);
        }
        for (const Expression& argument : expression.arguments) {
          node.arguments.push_back(bind(argument, table, source));
        }
    }
    node.text = expression.to_string();
    return node;
  }

  static Node bind_column(const Expression& expression, const data::Table& table,
                          std::string_view source) {
    const data::Column* column = table.find(expression.name);
    if (column == nullptr) {
      std::vector<std::string> names;
      for (const data::Column& known : table.columns()) names.push_back(known.name);
      const std::string near = nearest_name(expression.name, names);
      fail_at("no-such-column", fmt::format("the table has no column \"{}\"", expression.name),
              fmt::format("its columns are {}", fmt::join(names, ", ")), table, source,
              expression.position,
              near.empty() ? std::vector<std::string>{}
                           : std::vector<std::string>{fmt::format("write {}", near)});
    }
    if (!column->is_number()) {
      fail_at("not-numbers",
              fmt::format("column \"{}\" holds text where numbers are needed", expression.name),
              "a product or logarithm of text has no meaning", table, source, expression.position,
              {fmt::format("write i({}) for one indicator per value", expression.name)});
    }
    Node node;
    node.kind = Kind::kColumn;
    node.operation = Operation::kColumn;
    node.name = expression.name;
    node.column = std::get<data::NumberColumn>(column->values);
    return node;
  }
};

BoundExpression::BoundExpression(const Expression& expression, const data::Table& table,
                                 std::string_view source)
    : root_(std::make_unique<Node>(Node::bind(expression, table, source))) {}
BoundExpression::~BoundExpression() = default;
BoundExpression::BoundExpression(BoundExpression&&) noexcept = default;
BoundExpression& BoundExpression::operator=(BoundExpression&&) noexcept = default;

void BoundExpression::compute(Index begin, std::span<double> out) const {
  for (std::size_t done = 0; done < out.size(); done += kBlock) {
    const std::size_t count = std::min(kBlock, out.size() - done);
    root_->compute(static_cast<std::size_t>(begin) + done, out.subspan(done, count));
  }
}

std::span<const double> BoundExpression::plain_column() const { return root_->column; }

std::string BoundExpression::why_not_finite(Index row) const { return root_->reason(row); }

}  // namespace altyn::estimation
