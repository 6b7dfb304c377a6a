// What the command says and asks on a terminal.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "workflow/office.h"

namespace naskah::cli {

// Writes to standard output. Throws Error(cannot_write): the disk behind it is full, the reader has gone.
void print(const std::string& text);

// One problem a line on standard error, "naskah: where: what. remedy".
void complain(const std::vector<Problem>& problems);
// Warnings look alike but begin with "peringatan".
void warn(const std::vector<Problem>& warnings);

// Asks without echo on the terminal, or reads the first line of descriptor `pin_fd` (once) if it is not
// negative. Throws Error(usage) when there is neither: a passphrase is never an argument.
workflow::AskSecret ask_secret(int pin_fd);

// A password that somebody chooses: asked for twice on the terminal, or the first line of descriptor
// `password_fd` if it is not negative. The caller wipes it.
std::string ask_new_password(int password_fd, const std::string& whose);

// A bar on standard error while it is a terminal; silent otherwise.
class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    void show(std::size_t done, std::size_t total);

private:
    std::string what_;
    bool terminal_;
    bool shown_ = false;
    int last_permille_ = -1;
};

}  // namespace naskah::cli
