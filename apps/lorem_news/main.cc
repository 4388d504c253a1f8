#include <lorem_news/application.h>

#include <monolite/cli/main.h>

int main(int argc, char** argv) { return monolite::cli::main(argc, argv, lorem_news::application()); }
