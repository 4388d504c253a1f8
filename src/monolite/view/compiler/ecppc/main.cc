#include <iostream>
#include <string>
#include <vector>

#include <monolite/view/compiler/program.h>

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return monolite::view::compiler::run_program(arguments, std::cout, std::cerr);
}
