#pragma once

#include <monolite/app/application.h>

namespace monolite::cli {

/// The whole `main` of an application: reads the environment, runs the command it was given and returns the exit code:
/// 0 done, 1 failed (one line says why and what to do next), 2 called wrongly.
int main(int argc, char** argv, const app::Application& application);

}  // namespace monolite::cli
