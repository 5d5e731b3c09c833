// A three-way PPML on a panel of generate_sectors.cpp, from the file to pair-clustered standard
// errors: in memory, or within a limit of resident memory.
// usage: out_of_core_bench PANEL.parquet LIMIT_GB [THREADS [SCRATCH]]     (0 GB: the table in
// memory)
#include <fmt/format.h>

#include <cstdlib>

#include "altyn/data/read_table.h"
#include "altyn/estimation/frame_parts.h"
#include "measure.h"

int main(int argc, char** argv) {
  using namespace altyn;
  if (argc < 3) {
    fmt::print(stderr, "usage: out_of_core_bench PANEL.parquet LIMIT_GB [THREADS [SCRATCH]]\n");
    return 1;
  }
  const std::string path = argv[1];
  constexpr const char* kModel =
      "trade ~ x1 + x2 | sector^exporter^importer + sector^exporter^year + sector^importer^year";
  estimation::EstimateOptions options{.cluster = "sector^exporter^importer", .keep_rows = false};
  options.memory_limit_gb = std::atof(argv[2]);
  if (argc > 4) options.scratch = argv[4];
  Context context(argc > 3 ? std::atoi(argv[3]) : 2);
  context.on_progress = [start = bench::wall_seconds()](const Progress& progress) {
    fmt::print(stderr, "{:8.1f} s  {} {} gap {:.3g}, {} MB\n", bench::wall_seconds() - start,
               progress.step, progress.iteration, progress.gap, bench::peak_mb());
  };
  const double start = bench::wall_seconds();
  const estimation::Formula formula = estimation::parse_formula(kModel);
  estimation::Estimate found;
  if (options.memory_limit_gb > 0.0) {
    found = estimation::estimate_in_parts(path, formula, options, nullptr, context);
  } else {
    const data::Table table = data::read_table(path);
    found = estimation::estimate(table, kModel, options, context);
  }
  if (!found.certified()) {
    fmt::print("NOT CERTIFIED: {}\n", found.certificate.summary());
    return 1;
  }
  const auto rows = static_cast<double>(found.ledger.rows_read());
  const double wall = bench::wall_seconds() - start;
  const double processor = bench::processor_seconds();
  fmt::print(
      "{} rows, {} used, {} threads: {:.1f} s, {:.1f} CPU s, peak {} MB; {:.3f} us and {:.3f} "
      "CPU us per row; {} steps\n",
      found.ledger.rows_read(), found.n_obs, context.pool->n_threads(), wall, processor,
      bench::peak_mb(), 1e6 * wall / rows, 1e6 * processor / rows, found.iterations);
  for (const estimation::Coefficient& row : found.coefficients) {
    fmt::print("{} {:.15g} ({:.12g})\n", row.name, row.value, row.se);
  }
  return 0;
}
