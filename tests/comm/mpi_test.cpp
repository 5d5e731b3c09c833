// altyn-mpi as its users run it: mpirun, ranks, errors, and a rank that is killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "altyn/core/rng.h"
#include "altyn/data/read_table.h"
#include "altyn/data/write_table.h"
#include "altyn/estimation/estimate.h"

#ifndef ALTYN_MPI_COMMAND
#define ALTYN_MPI_COMMAND ""
#endif

namespace altyn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel =
    "trade ~ rta + size | exporter^year + importer^year + exporter^importer";

std::string temporary(const std::string& name) { return testing::TempDir() + "altyn_mpi_" + name; }

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A three-way panel with zeros, written as Parquet.
std::string write_panel(int n_countries, int n_years, const std::string& name) {
  data::NumberColumn exporter, importer, year, trade, rta, size;
  RandomStream random(3, 1, 0);
  for (int e = 0; e < n_countries; ++e) {
    for (int i = 0; i < n_countries; ++i) {
      for (int t = 0; t < n_years; ++t) {
        exporter.push_back(e);
        importer.push_back(i);
        year.push_back(t);
        rta.push_back((e + 2 * i) % 5 == 0 && t > n_years / 2 ? 1.0 : 0.0);
        size.push_back(random.normal());
        const double eta = std::sin(e + 0.3 * t) + std::cos(2.0 * i - 0.2 * t) +
                           std::sin(1.0 * e * i) + 0.4 * rta.back() - 0.25 * size.back();
        trade.push_back(random.uniform() < 0.2 ? 0.0 : std::exp(eta + 0.5 * random.normal()));
      }
    }
  }
  data::Table table(name);
  table.add("exporter", std::move(exporter));
  table.add("importer", std::move(importer));
  table.add("year", std::move(year));
  table.add("trade", std::move(trade));
  table.add("rta", std::move(rta));
  table.add("size", std::move(size));
  const std::string path = temporary(name + ".parquet");
  data::write_table(table, path);
  return path;
}

std::string command_line(int n_ranks, const std::string& arguments) {
  return "mpirun --allow-run-as-root --oversubscribe --bind-to none -n " + std::to_string(n_ranks) +
         " " + ALTYN_MPI_COMMAND + " estimate '" + kModel + "' --cluster exporter^importer -q " +
         arguments;
}

int run(const std::string& command) {
  const int status =
      std::system((command + " >" + temporary("out") + " 2>" + temporary("err")).c_str());
  return WEXITSTATUS(status);
}

std::vector<double> values_of(const std::string& json_path, const char* what) {
  const auto result = nlohmann::json::parse(text_of(json_path));
  std::vector<double> values;
  for (const auto& row : result["models"][0]["coefficients"]) values.push_back(row[what]);
  return values;
}

class Mpi : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(ALTYN_MPI_COMMAND).empty()) {
      GTEST_SKIP() << "built without Open MPI (cmake -DALTYN_MPI=ON)";
    }
  }
};

TEST_F(Mpi, AnyNumberOfRanksFindsTheCoefficientsOfOneProcess) {
  const std::string panel = write_panel(20, 8, "small");
  Context context(1);
  const estimation::Estimate expected = estimation::estimate(
      data::read_table(panel), kModel, {.cluster = "exporter^importer"}, context);
  for (const int n_ranks : {1, 2, 4}) {
    const std::string out = temporary(std::to_string(n_ranks) + ".json");
    ASSERT_EQ(run(command_line(n_ranks, "--data " + panel + " -o " + out)), 0)
        << text_of(temporary("err"));
    const std::vector<double> values = values_of(out, "value");
    const std::vector<double> errors = values_of(out, "se");
    ASSERT_EQ(values.size(), expected.coefficients.size());
    for (std::size_t j = 0; j < values.size(); ++j) {
      // What is promised of any number of ranks; sums in another order are all that differs.
      EXPECT_NEAR(values[j], expected.coefficients[j].value, 1e-9) << n_ranks;
      EXPECT_NEAR(errors[j], expected.coefficients[j].se, 1e-9) << n_ranks;
    }
  }
}

TEST_F(Mpi, TrafficIsPrintedOnRequest) {
  const std::string panel = write_panel(12, 5, "traffic");
  ASSERT_EQ(run(command_line(2, "--traffic --data " + panel)), 0) << text_of(temporary("err"));
  EXPECT_THAT(text_of(temporary("out")), testing::HasSubstr("2 ranks"));
  EXPECT_THAT(text_of(temporary("out")), testing::HasSubstr("MB moved"));
}

TEST_F(Mpi, AnErrorIsSaidOnceAndEndsEveryRank) {
  EXPECT_EQ(run(command_line(4, "--data /no/such/panel.parquet")), 1);
  const std::string said = text_of(temporary("err"));
  const std::size_t first = said.find("error[file-not-found]");
  ASSERT_NE(first, std::string::npos) << said;
  EXPECT_EQ(said.find("error[", first + 1), std::string::npos) << said;
}

TEST_F(Mpi, AKilledRankLosesOnlyTheStepItWasIn) {
  const std::string panel = write_panel(70, 40, "killed");
  const std::string checkpoint = temporary("killed.bin");
  const std::string out = temporary("killed.json");
  fs::remove(checkpoint);
  ASSERT_EQ(run(command_line(2, "--data " + panel + " -o " + out)), 0) << text_of(temporary("err"));
  const std::vector<double> whole = values_of(out, "value");
  fs::remove(out);

  const std::string command =
      "exec " + command_line(2, "--data " + panel + " -o " + out + " --checkpoint " + checkpoint) +
      " >/dev/null 2>&1";
  const char* arguments[] = {"sh", "-c", command.c_str(), nullptr};
  pid_t launcher = 0;
  ASSERT_EQ(
      posix_spawn(&launcher, "/bin/sh", nullptr, nullptr, const_cast<char**>(arguments), environ),
      0);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(checkpoint) && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // One rank of this launcher: a child of it, or of its child.
  std::ifstream children("/proc/" + std::to_string(launcher) + "/task/" + std::to_string(launcher) +
                         "/children");
  pid_t rank = 0;
  ASSERT_TRUE(children >> rank);
  kill(rank, SIGKILL);
  int status = 0;
  waitpid(launcher, &status, 0);
  if (fs::exists(out)) GTEST_SKIP() << "the fit was done before its rank could be killed";
  ASSERT_TRUE(fs::exists(checkpoint));
  EXPECT_NE(status, 0);

  // On another number of ranks: the checkpoint is of the model, not of its ranks.
  ASSERT_EQ(run(command_line(3, "--data " + panel + " -o " + out + " --checkpoint " + checkpoint)),
            0)
      << text_of(temporary("err"));
  const std::vector<double> resumed = values_of(out, "value");
  ASSERT_EQ(resumed.size(), whole.size());
  for (std::size_t j = 0; j < whole.size(); ++j) EXPECT_NEAR(resumed[j], whole[j], 1e-9);
  EXPECT_FALSE(fs::exists(checkpoint));
}

}  // namespace
}  // namespace altyn
