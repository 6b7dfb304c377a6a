// A process gives up everything but thinking: for children that read what strangers sent.
#pragma once

namespace naskah::service {

// From here on this process can read and write what is open, use memory and end; no file, no connection, no
// other process can be reached (seccomp, Linux on x86-64 and ARM64). False if the system does not offer it.
bool confine();

}  // namespace naskah::service
