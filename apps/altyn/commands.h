#pragma once

#include "session.h"

namespace altyn::app {

/// Each adds one subcommand; its callback stores the exit code through `finish`.
using Finish = std::function<void(std::function<int()>)>;

void add_check_command(CLI::App& app, Session& session, const Finish& finish);
void add_estimate_command(CLI::App& app, Session& session, const Finish& finish);
void add_simulate_command(CLI::App& app, Session& session, const Finish& finish);
void add_corridors_command(CLI::App& app, Session& session, const Finish& finish);
void add_monitor_command(CLI::App& app, Session& session, const Finish& finish);
void add_data_command(CLI::App& app, Session& session, const Finish& finish);
void add_fetch_command(CLI::App& data_command, Session& session, const Finish& finish);
void add_data_make_commands(CLI::App& data_command, Session& session, const Finish& finish);
void add_regions_command(CLI::App& app, Session& session, const Finish& finish);
void add_agreements_command(CLI::App& app, Session& session, const Finish& finish);
void add_serve_command(CLI::App& app, Session& session, const Finish& finish);
void add_run_commands(CLI::App& app, Session& session, const Finish& finish);

}  // namespace altyn::app
