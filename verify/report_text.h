// A report in plain words, for a terminal.
#pragma once

#include <string>

#include "verify/verify.h"

namespace naskah::verify {

enum class Language { indonesian, english };

struct TextWishes {
    Language language = Language::indonesian;
    bool etsi = false;  // with a line in the words of EN 319 102-1 for each signature
};

// Several lines, each ended; the first begins with `file`. Holds no control character of the file's.
std::string to_text(const Report& report, const std::string& file, const TextWishes& wishes = {});

// "SAH", "VALID": how a verdict is announced.
std::string headline(Verdict verdict, Language language);

}  // namespace naskah::verify
