#include "altyn/estimation/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

constexpr std::size_t kMaxLength = 65536;
constexpr std::size_t kMaxWritten = std::size_t{1} << 20;  // all models of one formula
constexpr int kMaxDepth = 400;  // of the text, and of the tree that evaluation goes down
constexpr std::size_t kMaxArguments = 100;
constexpr std::size_t kMaxTerms = 10000;
constexpr std::size_t kMaxCrossed = 8;
constexpr std::size_t kMaxModels = 1000;
constexpr std::size_t kMaxShown = 96;  // characters of the formula in an error

// ------------------------------------------------------------------------------------- tokens

enum class TokenKind { kEnd, kNumber, kName, kText, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text{};  // the name, the literal, or the symbol
  double number = 0.0;
  std::size_t position = 0;
  bool quoted_name = false;  // in backticks: never a keyword
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

class Reader {
 public:
  Reader(std::string_view text, std::string_view what) : text_(text), what_(what) {
    if (text.size() > kMaxLength) {
      throw InputError({.code = "formula-syntax",
                        .what = fmt::format("the {} is {} bytes long", what, text.size()),
                        .where = std::string(what),
                        .why = fmt::format("a {} may have {} bytes", what, kMaxLength),
                        .fixes = {"compute long lists of regressors as columns first"}});
    }
    advance();
  }

  [[nodiscard]] const Token& now() const { return now_; }
  [[nodiscard]] bool at(std::string_view symbol) const {
    return now_.kind == TokenKind::kSymbol && now_.text == symbol;
  }
  [[nodiscard]] bool at_end() const { return now_.kind == TokenKind::kEnd; }
  bool take(std::string_view symbol) {
    if (!at(symbol)) return false;
    advance();
    return true;
  }
  void expect(std::string_view symbol, std::string_view after) {
    if (!take(symbol)) fail(fmt::format("expected {} after {}", symbol, after));
  }
  Token next() {
    Token token = std::move(now_);
    advance();
    return token;
  }
  /// The next character that is not a space, without taking it.
  [[nodiscard]] char following() const {
    std::size_t place = place_;
    while (place < text_.size() && is_space(text_[place])) ++place;
    return place < text_.size() ? text_[place] : '\0';
  }
  /// Whether a `~` comes before the next top-level `|`.
  [[nodiscard]] bool tilde_ahead() const {
    int depth = 0;
    for (std::size_t place = now_.position; place < text_.size(); ++place) {
      const char c = text_[place];
      if (c == '`' || c == '"' || c == '\'') {
        const std::size_t close = text_.find(c, place + 1);
        if (close == std::string_view::npos) return false;
        place = close;
      } else if (c == '(' || c == '[') {
        ++depth;
      } else if (c == ')' || c == ']') {
        --depth;
      } else if (depth == 0 && c == '~') {
        return true;
      } else if (depth == 0 && c == '|') {
        return false;
      }
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& what, std::vector<std::string> fixes = {}) const {
    fail_at(now_.position, what, std::move(fixes));
  }
  [[noreturn]] void fail_at(std::size_t position, const std::string& what,
                            std::vector<std::string> fixes = {}) const {
    throw InputError({.code = "formula-syntax",
                      .what = what,
                      .where = fmt::format("{}, character {}", what_, column_of(position) + 1),
                      .context = caret_lines(text_, position),
                      .why = "the model cannot be read past this point",
                      .fixes = std::move(fixes)});
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  [[nodiscard]] std::size_t column_of(std::size_t position) const {
    std::size_t column = 0;
    for (std::size_t byte = 0; byte < position && byte < text_.size(); ++byte) {
      if ((static_cast<unsigned char>(text_[byte]) & 0xC0U) != 0x80U) ++column;
    }
    return column;
  }

  void advance() {
    while (place_ < text_.size() && is_space(text_[place_])) ++place_;
    now_ = Token{.position = place_};
    if (place_ == text_.size()) return;
    const char c = text_[place_];
    if (is_digit(c) || (c == '.' && place_ + 1 < text_.size() && is_digit(text_[place_ + 1]))) {
      read_number();
    } else if (c == '`' || c == '"' || c == '\'') {
      const std::size_t close = text_.find(c, place_ + 1);
      if (close == std::string_view::npos) fail(fmt::format("no closing {}", c));
      now_.kind = c == '`' ? TokenKind::kName : TokenKind::kText;
      now_.quoted_name = c == '`';
      now_.text = std::string(text_.substr(place_ + 1, close - place_ - 1));
      if (now_.quoted_name && now_.text.empty()) fail("a column name is empty");
      place_ = close + 1;
    } else if (is_name_start(c)) {
      std::size_t end = place_;
      while (end < text_.size() && is_name_part(text_[end])) ++end;
      now_.kind = TokenKind::kName;
      now_.text = std::string(text_.substr(place_, end - place_));
      place_ = end;
    } else {
      static constexpr std::string_view kPairs[] = {"==", "!=", "<=", ">=", "&&", "||"};
      static constexpr std::string_view kSingles = "~|+-*/^:()[],=<>&!";
      for (std::string_view pair : kPairs) {
        if (text_.substr(place_, 2) == pair) {
          // `a || b` means `a | b`; doubled bars outside parentheses read as an empty part.
          now_.kind = TokenKind::kSymbol;
          now_.text = pair == "&&" ? "&" : std::string(pair);
          place_ += 2;
          return;
        }
      }
      if (kSingles.find(c) == std::string_view::npos) {
        fail("a formula has no use for this character",
             {"put names with other characters in backticks: `my column`"});
      }
      now_.kind = TokenKind::kSymbol;
      now_.text = std::string(1, c);
      ++place_;
    }
  }

  void read_number() {
    const char* first = text_.data() + place_;
    const char* last = text_.data() + text_.size();
    const auto [end, error] = std::from_chars(first, last, now_.number);
    if (error != std::errc()) fail("a number out of range");
    now_.kind = TokenKind::kNumber;
    place_ += static_cast<std::size_t>(end - first);
    if (place_ < text_.size() && is_name_part(text_[place_])) {
      fail("a name cannot start with a digit", {"put such names in backticks: `2010_share`"});
    }
  }

  std::string_view text_;
  std::string_view what_;
  std::size_t place_ = 0;
  Token now_;
};

// -------------------------------------------------------------------------------- expressions

/// How many arguments a function takes; -1 for one or more.
int arity(std::string_view name) { return name == "min" || name == "max" ? -1 : 1; }

std::string quoted_name(const std::string& name) {
  const bool plain = !name.empty() && is_name_start(name.front()) &&
                     std::all_of(name.begin(), name.end(), is_name_part) &&
                     !(name.front() == '.' && name.size() > 1 && is_digit(name[1]));
  return plain ? name : fmt::format("`{}`", name);
}

struct OperatorText {
  Operation operation;
  std::string_view symbol;
  int binding;  // higher binds tighter
};
constexpr OperatorText kBinary[] = {
    {Operation::kOr, "|", 1},       {Operation::kAnd, "&", 2},
    {Operation::kLess, "<", 4},     {Operation::kLessEqual, "<=", 4},
    {Operation::kGreater, ">", 4},  {Operation::kGreaterEqual, ">=", 4},
    {Operation::kEqual, "==", 4},   {Operation::kNotEqual, "!=", 4},
    {Operation::kAdd, "+", 5},      {Operation::kSubtract, "-", 5},
    {Operation::kMultiply, "*", 6}, {Operation::kDivide, "/", 6},
    {Operation::kPower, "^", 8},
};
constexpr int kNotBinding = 3;
constexpr int kComparisonBinding = 4;
constexpr int kNegateBinding = 7;

const OperatorText* binary_of(Operation operation) {
  for (const OperatorText& row : kBinary) {
    if (row.operation == operation) return &row;
  }
  return nullptr;
}

int binding_of(const Expression& expression) {
  if (const OperatorText* binary = binary_of(expression.operation)) return binary->binding;
  if (expression.operation == Operation::kNot) return kNotBinding;
  if (expression.operation == Operation::kNegate) return kNegateBinding;
  return 9;
}

/// In quotes that it does not hold: those it was read in, or others.
std::string quoted_text(const std::string& text) {
  for (const char quote : {'"', '\''}) {
    if (text.find(quote) == std::string::npos) return quote + text + quote;
  }
  return fmt::format("`{}`", text);  // a level that was written as a name
}

std::string number_text(double value) { return fmt::format("{}", value); }

std::string wrapped(const Expression& expression, int outer) {
  std::string text = expression.to_string();
  return binding_of(expression) < outer ? fmt::format("({})", text) : text;
}

class Depth {
 public:
  Depth(int& depth, const Reader& reader) : depth_(depth) {
    if (++depth_ > kMaxDepth) {
      --depth_;
      reader.fail(fmt::format("more than {} levels of nesting", kMaxDepth));
    }
  }
  ~Depth() { --depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  int& depth_;
};

/// Lists of alternatives: the k-th model takes terms alternatives[k] from each.
struct Choice {
  std::vector<std::vector<Term>> alternatives;
};

class Parser {
 public:
  Parser(std::string_view text, std::string_view what) : reader_(text, what) {}

  std::vector<Formula> formulas(std::string_view source) {
    const std::vector<Expression> outcomes = left_side();
    Formula shape;
    shape.source = std::string(source);
    const std::vector<Choice> choices = right_side(shape.intercept);
    bool effects_read = false;
    while (reader_.at("|") || reader_.at("||")) {
      if (reader_.at("||")) reader_.fail("an empty part between two bars");
      reader_.next();
      if (!shape.endogenous.empty()) reader_.fail("nothing may follow the instruments");
      if (reader_.tilde_ahead()) {
        shape.endogenous = plain_terms("endogenous regressors");
        reader_.expect("~", "the endogenous regressors");
        shape.instruments = plain_terms("instruments");
      } else if (effects_read) {
        reader_.fail("a third part must be endogenous ~ instruments");
      } else {
        shape.effects = effects();
        effects_read = true;
      }
    }
    if (!reader_.at_end()) {
      if (reader_.at("~")) reader_.fail("a second ~ without instruments before it");
      fail_unexpected("the model");
    }
    return expand(outcomes, choices, shape);
  }

  Expression lone_expression() {
    Expression expression = disjunction();
    if (!reader_.at_end()) fail_unexpected("the expression");
    return expression;
  }

  std::vector<EffectTerm> lone_groups() {
    std::vector<EffectTerm> groups = effects();
    if (!reader_.at_end()) fail_unexpected("the groups");
    for (const EffectTerm& group : groups) {
      if (!group.slopes.empty()) reader_.fail_at(group.position, "groups have no slopes");
    }
    return groups;
  }

 private:
  // ---- outcome ~

  std::vector<Expression> left_side() {
    if (reader_.at_end()) reader_.fail("the formula is empty", {"write trade ~ eaeu | exporter"});
    std::vector<Expression> outcomes;
    if (reader_.now().kind == TokenKind::kName && !reader_.now().quoted_name &&
        reader_.now().text == "c" && reader_.following() == '(') {
      reader_.next();
      reader_.next();
      do {
        outcomes.push_back(sum());
      } while (reader_.take(","));
      reader_.expect(")", "the list of outcomes");
    } else {
      if (reader_.at("~")) reader_.fail("the outcome is missing", {"write trade ~ ..."});
      outcomes.push_back(sum());
    }
    if (!reader_.take("~")) {
      reader_.fail(reader_.at_end() ? "expected ~ and the regressors after the outcome"
                                    : "expected ~ after the outcome",
                   {"write outcome ~ regressors | effects"});
    }
    return outcomes;
  }

  // ---- regressors

  std::vector<Choice> right_side(bool& intercept) {
    std::vector<Choice> choices;
    std::size_t n_terms = 0;
    bool negative = false;
    if (reader_.take("-")) {
      negative = true;
    } else {
      reader_.take("+");
    }
    while (true) {
      const Token& token = reader_.now();
      if (token.kind == TokenKind::kNumber && (token.number == 0.0 || token.number == 1.0)) {
        const bool one = token.number == 1.0;
        reader_.next();
        intercept = one != negative;
      } else if (negative) {
        reader_.fail("only the intercept can be taken away", {"write - 1"});
      } else {
        choices.push_back(choice());
        for (const auto& alternative : choices.back().alternatives) n_terms += alternative.size();
        if (n_terms > kMaxTerms) reader_.fail(fmt::format("more than {} terms", kMaxTerms));
      }
      if (reader_.take("+")) {
        negative = false;
      } else if (reader_.take("-")) {
        negative = true;
      } else {
        return choices;
      }
    }
  }

  Choice choice() {
    const Depth depth(depth_, reader_);
    const Token& token = reader_.now();
    static const std::vector<std::string> kStepwise = {"sw", "sw0", "csw", "csw0"};
    const bool stepwise =
        token.kind == TokenKind::kName && !token.quoted_name && reader_.following() == '(' &&
        std::find(kStepwise.begin(), kStepwise.end(), token.text) != kStepwise.end();
    if (!stepwise) return {.alternatives = {crossed()}};
    const std::string name = reader_.next().text;
    reader_.next();
    const bool cumulative = name.front() == 'c';
    Choice result;
    if (name.back() == '0') result.alternatives.emplace_back();
    std::vector<Term> so_far;
    std::size_t n_terms = 0;
    do {
      std::vector<Term> terms = plain_terms("terms");
      n_terms += so_far.size() + terms.size();
      if (n_terms > kMaxTerms) reader_.fail(fmt::format("more than {} terms", kMaxTerms));
      if (cumulative) {
        append(so_far, std::move(terms));
        terms = so_far;
      }
      result.alternatives.push_back(std::move(terms));
      if (result.alternatives.size() > kMaxModels) {
        reader_.fail(fmt::format("more than {} models", kMaxModels));
      }
    } while (reader_.take(","));
    reader_.expect(")", fmt::format("the entries of {}()", name));
    return result;
  }

  std::vector<Term> plain_terms(std::string_view what) {
    std::vector<Term> terms = crossed();
    while (reader_.take("+")) {
      append(terms, crossed());
      if (terms.size() > kMaxTerms) {
        reader_.fail(fmt::format("more than {} {}", kMaxTerms, what));
      }
    }
    return terms;
  }

  static void append(std::vector<Term>& terms, std::vector<Term> more) {
    std::move(more.begin(), more.end(), std::back_inserter(terms));
  }

  /// a*b -> a, b, a:b (every non-empty subset, singles first).
  std::vector<Term> crossed() {
    std::vector<Term> sides = {interaction()};
    std::size_t n_factors = sides.front().factors.size();
    while (reader_.take("*")) {
      sides.push_back(interaction());
      n_factors += sides.back().factors.size();
      if (n_factors > kMaxCrossed) {
        reader_.fail(fmt::format("more than {} factors crossed", kMaxCrossed));
      }
    }
    if (reader_.at("/") || reader_.at("^")) {
      reader_.fail("arithmetic among the regressors needs I(...)", {"write I(x / y) or I(x ^ 2)"});
    }
    std::vector<unsigned> subsets;
    for (unsigned subset = 1; subset < (1U << sides.size()); ++subset) subsets.push_back(subset);
    std::stable_sort(subsets.begin(), subsets.end(), [](unsigned a, unsigned b) {
      return __builtin_popcount(a) < __builtin_popcount(b);
    });
    std::vector<Term> terms;
    for (const unsigned subset : subsets) {
      Term term;
      for (std::size_t side = 0; side < sides.size(); ++side) {
        if ((subset >> side & 1U) == 0) continue;
        term.factors.insert(term.factors.end(), sides[side].factors.begin(),
                            sides[side].factors.end());
      }
      terms.push_back(std::move(term));
    }
    return terms;
  }

  Term interaction() {
    Term term;
    term.factors.push_back(factor());
    while (reader_.take(":")) {
      term.factors.push_back(factor());
      if (term.factors.size() > kMaxCrossed) {
        reader_.fail(fmt::format("more than {} factors multiplied", kMaxCrossed));
      }
    }
    return term;
  }

  Factor factor() {
    const Token& token = reader_.now();
    Factor result;
    result.position = token.position;
    if (reader_.at("(")) {
      reader_.fail("parentheses among the regressors need I(...)",
                   {"write I(a + b) for a sum, or write the terms out"});
    }
    if (token.kind == TokenKind::kName && !token.quoted_name && reader_.following() == '(') {
      if (token.text == "i") return indicators(FactorKind::kIndicators);
      if (token.text == "sunab") return indicators(FactorKind::kSunAbraham);
      if (token.text == "etwfe") return indicators(FactorKind::kEtwfe);
      if (token.text == "sw" || token.text == "csw" || token.text == "sw0" ||
          token.text == "csw0" || token.text == "c") {
        reader_.fail(fmt::format("{}() stands alone between + signs", token.text));
      }
    }
    if (token.kind != TokenKind::kName) {
      if (reader_.at_end()) reader_.fail("expected a regressor, found the end");
      if (token.kind == TokenKind::kNumber) {
        reader_.fail("a number is no regressor", {"0 or - 1 drops the intercept"});
      }
      reader_.fail(fmt::format("expected a regressor, found {}", token.text));
    }
    result.value = primary();
    return result;
  }

  Factor indicators(FactorKind kind) {
    Factor result;
    result.kind = kind;
    result.position = reader_.now().position;
    const std::string name = reader_.next().text;
    reader_.next();
    result.value = sum();
    bool positional = true;
    while (reader_.take(",")) {
      const Token& token = reader_.now();
      if (token.kind == TokenKind::kName && !token.quoted_name && reader_.following() == '=') {
        positional = false;
        if (token.text == "ref" && kind != FactorKind::kEtwfe) {
          result.reference = named_levels();
        } else if (token.text == "keep" && kind == FactorKind::kIndicators) {
          result.keep = named_levels();
        } else {
          reader_.fail(fmt::format("{}() has no argument {}", name, token.text),
                       {"i() takes ref = and keep =, sunab() takes ref ="});
        }
      } else if (positional && result.by.empty()) {
        read_by(result);
      } else {
        reader_.fail(fmt::format("too many arguments of {}()", name),
                     {fmt::format("write {}(variable, by, ref = value)", name)});
      }
    }
    if (kind != FactorKind::kIndicators && (result.by.empty() || result.by_is_categorical)) {
      reader_.fail(fmt::format("{}() needs a cohort and a period", name),
                   {fmt::format("write {}(first_year, year)", name)});
    }
    reader_.expect(")", fmt::format("the arguments of {}()", name));
    return result;
  }

  void read_by(Factor& result) {
    const Token& token = reader_.now();
    if (token.kind == TokenKind::kName && !token.quoted_name && token.text.size() > 2 &&
        token.text.starts_with("i.")) {
      Expression column{.operation = Operation::kColumn,
                        .name = token.text.substr(2),
                        .position = token.position};
      reader_.next();
      result.by_is_categorical = true;
      result.by.push_back(std::move(column));
    } else {
      result.by.push_back(sum());
    }
  }

  std::vector<Level> named_levels() {
    reader_.next();
    reader_.next();
    std::vector<Level> levels;
    const Token& token = reader_.now();
    if (token.kind == TokenKind::kName && !token.quoted_name && token.text == "c" &&
        reader_.following() == '(') {
      reader_.next();
      reader_.next();
      do {
        levels.push_back(level());
        if (levels.size() > kMaxTerms) reader_.fail("too many values in the list");
      } while (reader_.take(","));
      reader_.expect(")", "the list of values");
    } else {
      levels.push_back(level());
    }
    return levels;
  }

  Level level() {
    const bool negative = reader_.take("-");
    if (reader_.now().kind == TokenKind::kNumber) {
      const double value = reader_.next().number;
      return negative ? -value : value;
    }
    if (negative) reader_.fail("expected a number after -");
    if (reader_.now().kind == TokenKind::kText || reader_.now().kind == TokenKind::kName) {
      return reader_.next().text;
    }
    reader_.fail("expected a value such as -1 or \"RUS\"");
  }

  // ---- effects

  std::vector<EffectTerm> effects() {
    std::vector<EffectTerm> result;
    if (reader_.now().kind == TokenKind::kNumber && reader_.now().number == 0.0) {
      reader_.next();
      return result;
    }
    do {
      result.push_back(effect());
      if (result.size() > 64) reader_.fail("more than 64 effects");
    } while (reader_.take("+"));
    return result;
  }

  EffectTerm effect() {
    EffectTerm result;
    result.position = reader_.now().position;
    do {
      if (reader_.now().kind != TokenKind::kName) {
        reader_.fail(reader_.at_end() ? "expected an effect, found the end"
                                      : "expected the name of an effect",
                     {"write effects as exporter^year + importer^year"});
      }
      if (reader_.following() == '(') {
        reader_.fail("an effect is a column or several joined by ^",
                     {"compute the column before, or use i(...) among the regressors"});
      }
      result.columns.push_back(reader_.next().text);
      if (result.columns.size() > kMaxCrossed) {
        reader_.fail(fmt::format("more than {} columns in one effect", kMaxCrossed));
      }
    } while (reader_.take("^"));
    if (reader_.at(":")) reader_.fail("effects are combined with ^", {"write exporter^year"});
    if (reader_.take("[")) {
      result.intercept = !reader_.take("[");
      do {
        result.slopes.push_back(sum());
      } while (reader_.take(","));
      reader_.expect("]", "the slopes");
      if (!result.intercept) reader_.expect("]", "the slopes");
    }
    return result;
  }

  // ---- arithmetic

  Expression disjunction() { return chain({"|", "||"}, &Parser::conjunction); }
  Expression conjunction() { return chain({"&"}, &Parser::negation); }
  Expression negation() {
    const Depth depth(depth_, reader_);
    if (!reader_.at("!")) return comparison();
    const std::size_t position = reader_.now().position;
    reader_.next();
    return made(Operation::kNot, position, {negation()});
  }
  Expression comparison() {
    Expression left = sum();
    for (std::string_view symbol : {"<", "<=", ">", ">=", "==", "!="}) {
      if (!reader_.at(symbol)) continue;
      reader_.next();
      Expression right = sum();
      left = joined(symbol, std::move(left), std::move(right));
      break;
    }
    if (reader_.at("=")) reader_.fail("one = assigns, == compares", {"write =="});
    return left;
  }
  Expression sum() { return chain({"+", "-"}, &Parser::product); }
  Expression product() { return chain({"*", "/"}, &Parser::signed_value); }

  /// Left-associative runs of operators of one level.
  Expression chain(std::initializer_list<std::string_view> symbols,
                   Expression (Parser::*operand)()) {
    const Depth depth(depth_, reader_);
    Expression left = (this->*operand)();
    while (true) {
      std::string_view found;
      for (std::string_view symbol : symbols) {
        if (reader_.at(symbol)) found = symbol;
      }
      if (found.empty()) return left;
      reader_.next();
      Expression right = (this->*operand)();
      left = joined(found == "||" ? "|" : found, std::move(left), std::move(right));
    }
  }

  Expression joined(std::string_view symbol, Expression left, Expression right) const {
    Operation operation = Operation::kAdd;
    for (const OperatorText& row : kBinary) {
      if (row.symbol == symbol) operation = row.operation;
    }
    const std::size_t position = left.position;
    return made(operation, position, {std::move(left), std::move(right)});
  }

  /// Evaluation and printing recurse on the tree, which runs of operators make deep as well.
  Expression made(Operation operation, std::size_t position,
                  std::vector<Expression> arguments) const {
    Expression result{.operation = operation, .position = position};
    result.arguments = std::move(arguments);
    set_height(result);
    return result;
  }

  void set_height(Expression& expression) const {
    for (const Expression& argument : expression.arguments) {
      expression.height = std::max(expression.height, argument.height + 1);
    }
    if (expression.height > kMaxDepth) {
      reader_.fail(fmt::format("more than {} operations on each other", kMaxDepth));
    }
  }

  Expression signed_value() {
    const Depth depth(depth_, reader_);
    if (reader_.take("+")) return signed_value();
    if (!reader_.at("-")) return power();
    const std::size_t position = reader_.now().position;
    reader_.next();
    return made(Operation::kNegate, position, {signed_value()});
  }

  Expression power() {
    Expression base = primary();
    if (!reader_.take("^")) return base;
    return joined("^", std::move(base), signed_value());
  }

  Expression primary() {
    const Depth depth(depth_, reader_);
    const Token& token = reader_.now();
    Expression result;
    result.position = token.position;
    if (token.kind == TokenKind::kNumber) {
      result.number = reader_.next().number;
      return result;
    }
    if (token.kind == TokenKind::kText) {
      result.operation = Operation::kText;
      result.name = reader_.next().text;
      return result;
    }
    if (reader_.take("(")) {
      Expression inner = disjunction();
      reader_.expect(")", "the expression in parentheses");
      return inner;
    }
    if (token.kind != TokenKind::kName) {
      reader_.fail(reader_.at_end()
                       ? "expected a column or number, found the end"
                       : fmt::format("expected a column or number, found {}", token.text));
    }
    const bool is_call = !token.quoted_name && reader_.following() == '(';
    result.name = reader_.next().text;
    if (!is_call) {
      result.operation = Operation::kColumn;
      return result;
    }
    result.operation = Operation::kFunction;
    const std::vector<std::string>& known = function_names();
    if (std::find(known.begin(), known.end(), result.name) == known.end()) {
      const std::string near = nearest_name(result.name, known);
      reader_.fail_at(result.position, fmt::format("there is no function {}()", result.name),
                      {near.empty() ? fmt::format("use one of {}", fmt::join(known, ", "))
                                    : fmt::format("write {}(...)", near)});
    }
    reader_.next();
    do {
      result.arguments.push_back(disjunction());
      if (result.arguments.size() > kMaxArguments) {
        reader_.fail("too many arguments");
      }
    } while (reader_.take(","));
    reader_.expect(")", fmt::format("the arguments of {}()", result.name));
    if (arity(result.name) == 1 && result.arguments.size() != 1) {
      reader_.fail_at(result.position, fmt::format("{}() takes one argument", result.name));
    }
    set_height(result);
    return result;
  }

  // ---- several models

  std::vector<Formula> expand(const std::vector<Expression>& outcomes,
                              const std::vector<Choice>& choices, const Formula& shape) const {
    std::size_t n_models = outcomes.size();
    for (const Choice& choice : choices) {
      n_models *= choice.alternatives.size();
      if (n_models > kMaxModels) {
        reader_.fail_at(0, fmt::format("more than {} models", kMaxModels));
      }
    }
    // What the models say together is bounded: a few outcomes and long lists make much of little.
    std::vector<Formula> models;
    std::size_t written = 0;
    for (std::size_t number = 0; number < n_models; ++number) {
      std::size_t left = number;  // the last choice turns fastest, the outcome slowest
      std::vector<std::size_t> turn(choices.size());
      for (std::size_t k = choices.size(); k-- > 0;) {
        turn[k] = left % choices[k].alternatives.size();
        left /= choices[k].alternatives.size();
      }
      Formula model = shape;
      model.outcome = outcomes[left];
      for (std::size_t k = 0; k < choices.size(); ++k) {
        append(model.terms, choices[k].alternatives[turn[k]]);
      }
      const std::size_t length = model.to_string().size();
      written += length;
      if (length > kMaxLength || written > kMaxWritten) {
        reader_.fail_at(0, fmt::format("more than {} bytes once it is written out",
                                       length > kMaxLength ? kMaxLength : kMaxWritten));
      }
      drop_repeated(model.terms);
      models.push_back(std::move(model));
    }
    return models;
  }

  static void drop_repeated(std::vector<Term>& terms) {
    std::unordered_set<std::string> seen;
    std::erase_if(terms, [&](const Term& term) { return !seen.insert(term.to_string()).second; });
  }

  [[noreturn]] void fail_unexpected(std::string_view after) {
    const Token& token = reader_.now();
    reader_.fail(token.kind == TokenKind::kSymbol
                     ? fmt::format("did not expect {} after {}", token.text, after)
                     : fmt::format("expected an operator after {}", after));
  }

  Reader reader_;
  int depth_ = 0;
};

std::string levels_text(const std::vector<Level>& levels) {
  std::vector<std::string> texts;
  for (const Level& level : levels) {
    texts.push_back(std::holds_alternative<double>(level)
                        ? number_text(std::get<double>(level))
                        : quoted_text(std::get<std::string>(level)));
  }
  return texts.size() == 1 ? texts.front() : fmt::format("c({})", fmt::join(texts, ", "));
}

void collect_columns(const Expression& expression, std::vector<std::string>& names) {
  if (expression.operation == Operation::kColumn &&
      std::find(names.begin(), names.end(), expression.name) == names.end()) {
    names.push_back(expression.name);
  }
  for (const Expression& argument : expression.arguments) collect_columns(argument, names);
}

}  // namespace

// ------------------------------------------------------------------------------------ spelling

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> kNames = {
      "log",  "log2",  "log10", "log1p",   "exp",   "expm1", "sqrt", "abs",
      "sign", "asinh", "floor", "ceiling", "round", "min",   "max",  "I"};
  return kNames;
}

std::string to_string(const Level& level) {
  return std::holds_alternative<double>(level) ? number_text(std::get<double>(level))
                                               : std::get<std::string>(level);
}

std::string Expression::to_string() const {
  switch (operation) {
    case Operation::kNumber:
      return number_text(number);
    case Operation::kText:
      return quoted_text(name);
    case Operation::kColumn:
      return quoted_name(name);
    case Operation::kNegate:
      return "-" + wrapped(arguments[0], kNegateBinding);
    case Operation::kNot:
      return "!" + wrapped(arguments[0], kNotBinding);
    case Operation::kFunction: {
      std::vector<std::string> texts;
      for (const Expression& argument : arguments) texts.push_back(argument.to_string());
      return fmt::format("{}({})", name, fmt::join(texts, ", "));
    }
    default: {
      const OperatorText* row = binary_of(operation);
      // The right side of a left-associative operator needs parentheses at equal binding, and so
      // does the left one of a comparison, which stands alone.
      const bool power = operation == Operation::kPower;
      const bool alone = row->binding == kComparisonBinding;
      return fmt::format(
          "{} {} {}", wrapped(arguments[0], power || alone ? row->binding + 1 : row->binding),
          row->symbol, wrapped(arguments[1], power ? kNegateBinding : row->binding + 1));
    }
  }
}

std::vector<std::string> Expression::columns() const {
  std::vector<std::string> names;
  collect_columns(*this, names);
  return names;
}

std::string Factor::to_string() const {
  if (kind == FactorKind::kNumeric) return value.to_string();
  const char* name = kind == FactorKind::kIndicators   ? "i"
                     : kind == FactorKind::kSunAbraham ? "sunab"
                                                       : "etwfe";
  std::string text = fmt::format("{}({}", name, value.to_string());
  if (!by.empty()) {
    text += fmt::format(", {}{}", by_is_categorical ? "i." : "", by.front().to_string());
  }
  if (!reference.empty()) text += fmt::format(", ref = {}", levels_text(reference));
  if (!keep.empty()) text += fmt::format(", keep = {}", levels_text(keep));
  return text + ")";
}

std::string Term::to_string() const {
  std::vector<std::string> texts;
  for (const Factor& factor : factors) texts.push_back(factor.to_string());
  return fmt::format("{}", fmt::join(texts, ":"));
}

std::string EffectTerm::groups_name() const {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(quoted_name(column));
  return fmt::format("{}", fmt::join(names, "^"));
}

std::string EffectTerm::to_string() const {
  if (slopes.empty()) return groups_name();
  std::vector<std::string> texts;
  for (const Expression& slope : slopes) texts.push_back(slope.to_string());
  return intercept ? fmt::format("{}[{}]", groups_name(), fmt::join(texts, ", "))
                   : fmt::format("{}[[{}]]", groups_name(), fmt::join(texts, ", "));
}

std::string Formula::to_string() const {
  const auto joined_terms = [](const std::vector<Term>& list) {
    std::vector<std::string> texts;
    for (const Term& term : list) texts.push_back(term.to_string());
    return fmt::format("{}", fmt::join(texts, " + "));
  };
  std::string text = outcome.to_string() + " ~ ";
  const std::string regressors = joined_terms(terms);
  if (!intercept) {
    text += regressors.empty() ? "0" : "0 + " + regressors;
  } else {
    text += regressors.empty() ? "1" : regressors;
  }
  if (!effects.empty()) {
    std::vector<std::string> texts;
    for (const EffectTerm& effect : effects) texts.push_back(effect.to_string());
    text += fmt::format(" | {}", fmt::join(texts, " + "));
  }
  if (!endogenous.empty()) {
    text += fmt::format(" | {} ~ {}", joined_terms(endogenous), joined_terms(instruments));
  }
  return text;
}

std::vector<std::string> caret_lines(std::string_view text, std::size_t position) {
  position = std::min(position, text.size());
  // Characters, not bytes: a character is its first byte and the continuation bytes after it.
  std::vector<std::pair<std::string, std::size_t>> characters;
  for (std::size_t byte = 0; byte < text.size();) {
    std::size_t end = byte + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    const auto first = static_cast<unsigned char>(text[byte]);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    const bool control = first < 0x20 || first == 0x7F;
    const bool whole = end - byte == length;  // a complete UTF-8 character
    characters.emplace_back(control ? " "
                            : whole ? std::string(text.substr(byte, length))
                                    : "?",
                            byte);
    byte = end;
  }
  std::size_t column = 0;
  while (column < characters.size() && characters[column].second < position) ++column;
  std::size_t first = 0;
  std::size_t last = characters.size();
  if (last > kMaxShown) {
    first = column > kMaxShown / 2 ? std::min(column - kMaxShown / 2, last - kMaxShown) : 0;
    last = std::min(last, first + kMaxShown);
  }
  std::string line = first > 0 ? "..." : "";
  std::string pointer(line.size() + column - first, ' ');
  for (std::size_t k = first; k < last; ++k) line += characters[k].first;
  if (last < characters.size()) line += "...";
  return {line, pointer + "^"};
}

// ------------------------------------------------------------------------------------- reading

std::vector<Formula> parse_formulas(std::string_view text) {
  return Parser(text, "formula").formulas(text);
}

Formula parse_formula(std::string_view text) {
  std::vector<Formula> models = parse_formulas(text);
  if (models.size() != 1) {
    throw InputError({.code = "formula-syntax",
                      .what = fmt::format("the formula stands for {} models", models.size()),
                      .where = "formula",
                      .context = {std::string(text.substr(0, kMaxShown))},
                      .why = "one model is estimated here",
                      .fixes = {"name one outcome and list regressors without sw() or csw()"}});
  }
  return std::move(models.front());
}

Expression parse_expression(std::string_view text, std::string_view what) {
  return Parser(text, what).lone_expression();
}

std::vector<EffectTerm> parse_groups(std::string_view text, std::string_view what) {
  return Parser(text, what).lone_groups();
}

}  // namespace altyn::estimation
