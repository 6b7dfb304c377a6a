// What anyone is told about a letter: six answers, computed from what was found out. Never "valid" by
// default: what could not be proved is `uncertain`, and only a well-formed code that the register does not
// know is `unregistered`.
#pragma once

#include <optional>
#include <string>

#include "storage/register.h"
#include "verify/verify.h"

namespace naskah::workflow {

class Office;

enum class Answer {
    valid,         // SAH: genuine and in force
    corrected,     // DIRALAT: genuine, and another letter changes a part of it
    revoked,       // DICABUT: genuine, and no longer in force
    altered,       // DIUBAH ISINYA: not what we issued
    unregistered,  // TIDAK TERDAFTAR: we issued no letter with this code
    uncertain,     // BELUM PASTI
};
std::string to_string(Answer answer);  // the word, "SAH"

// How the bytes that somebody brought compare with those that we issued under the code.
enum class Sameness {
    not_compared,  // asked by code, or there is nothing to compare with
    same,
    extended,  // all that we issued, and something behind it
    different,
};

struct Evidence {
    bool register_answered = true;
    // False while a restored register waits to be reconciled: what it does not know may have been issued.
    bool register_complete = true;
    std::optional<storage::Letter> letter;
    std::optional<verify::Report> report;  // of the file, or asked by code, of the PDF in the register
    bool file = false;                     // a file was brought; else a code
    bool code_in_file = false;             // it holds a well-formed code of ours
    Sameness sameness = Sameness::not_compared;
};

Answer answer_of(const Evidence& evidence);

// The letter that a file claims to be: the address of ours that stands in it in clear (metadata, link of the
// QR code). A claim and no more.
std::optional<LetterId> claimed_id(BytesView pdf, const Office& office);

// A line of the register, its subject or a reason, as anyone may read it: no NIK, address, telephone or
// e-mail of the letter's data, and where the public may not see the letter itself, persons by their initials
// only.
std::string public_text(const std::string& text, const storage::Letter& letter, bool public_letter);

}  // namespace naskah::workflow
