// A letter that corrects another (ralat, perubahan, pembatalan): its kind says in about.json's "mengoreksi"
// which fields name the other, and the register links both when it is issued.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "storage/register.h"

namespace naskah::workflow {

// Asked before a number is taken: is the letter that `data` means in force, and of the date that is said?
// A number that the register does not know is a warning: letters from before the register are corrected too.
std::vector<Problem> check_corrected(const Json& about, const Json& data, storage::Register& letters,
                                     std::vector<Problem>& warnings);

// Links an issued letter to the one that it corrects; nothing if its kind corrects none. Asked again, the
// same. What could not be linked is told, the letter is issued all the same.
std::vector<Problem> link_corrected(const Json& about, const storage::Letter& issued,
                                    storage::Register& letters, Instant now, const std::string& actor);

// What is wrong with "mengoreksi" itself: a template author's mistakes.
std::vector<Problem> correction_flaws(const Json& about, const Json& schema, const std::string& file);

}  // namespace naskah::workflow
