#include <fmt/format.h>

#include "altyn/core/version.h"

int main() { fmt::print("altyn {}\n", altyn::version()); }
