#include "session.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/study/study.h"

namespace altyn::app {

Session::Session(Index n_threads) : n_threads_(n_threads) {}

void Session::add_global_flags(CLI::App& app) {
  app.add_option("--threads", n_threads_,
                 fmt::format("threads to use; 0 is one per processor [{}]", n_threads_))
      ->check(CLI::Range(0, 1024));
  app.add_option("--seed", seed_, "seed of every random draw [20171006]");
  app.add_flag("--quiet,-q", quiet_, "no progress and no notes on stderr");
  app.add_flag("--no-color", no_colour_, "plain text even on a terminal");
}

Context& Session::context() {
  if (!context_) {
    display_ = std::make_unique<ProgressDisplay>(quiet_ || !speaks());
    context_ = std::make_unique<Context>(static_cast<int>(n_threads_), seed_);
    context_->stop = interrupt_.token();
    context_->on_progress = [this](const Progress& progress) { display_->show(progress); };
    context_->on_warning = [this](std::string_view sentence) { display_->warn(sentence); };
  }
  return *context_;
}

void Session::print(const std::string& text) {
  if (!speaks()) return;
  if (display_) display_->clear();
  fmt::print("{}", colour() ? text : study::without_colour(text));
}

void Session::note(const std::string& text) {
  if (quiet_ || !speaks()) return;
  if (display_) display_->clear();
  fmt::print(stderr, "{}\n", text);
}

bool Session::colour() const { return !no_colour_ && shows_colour(stdout); }

namespace {

void print_error(const ErrorDetail& detail) {
  std::string text = format_error(detail);
  if (shows_colour(stderr)) {
    const std::size_t end = text.find(':');
    text = "\033[1;31m" + text.substr(0, end) + "\033[0m" + text.substr(end);
  }
  fmt::print(stderr, "{}", text);
}

}  // namespace

int guarded(Session& session, const std::function<int()>& command) {
  try {
    return command();
  } catch (const Cancelled&) {
    session.note("Stopped. Nothing was written.");
    return 130;
  } catch (const InputError& error) {
    session.print("");
    print_error(error.detail());
    return 1;
  } catch (const Error& error) {
    session.print("");
    print_error(error.detail());
    return 3;
  } catch (const std::exception& error) {
    session.print("");
    print_error({.code = "internal",
                 .what = error.what(),
                 .why = "this is a bug in Altyn, not in your input",
                 .fixes = {"report it with the command and the files you ran"}});
    return 3;
  }
}

}  // namespace altyn::app
